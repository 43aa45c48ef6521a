import { Form, Input, Modal, Select } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { BoxCode, BoxCreate } from "../http/types";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";

const CREATE = { "data-testid": "box-create" };
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

interface Props {
  open: boolean;
  onClose: () => void;
  onMade: (code: BoxCode) => void;
}

/** A box to come: its school and its name there. */
export function NewBoxDialog({ open, onClose, onMade }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<BoxCreate>();
  const schools = useSchoolOptions(open);
  const create = useChange((box: BoxCreate) => api.createBox(box), {
    invalidates: [keys.boxes],
    onDone: (made) => {
      onClose();
      onMade(made);
    },
  });
  return (
    <Modal
      open={open}
      title={t("boxes.add")}
      okText={t("boxes.getCode")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={CREATE}
      confirmLoading={create.isPending}
      width={420}
      destroyOnHidden
    >
      <Form<BoxCreate>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={{ name: "box" }}
        onFinish={(box) => create.mutate(box)}
      >
        <Form.Item
          name="school_id"
          label={t("filter.school")}
          rules={[{ required: true, message: t("boxes.schoolNeeded") }]}
        >
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={schools}
            data-testid="box-school"
          />
        </Form.Item>
        <Form.Item
          name="name"
          label={t("boxes.name")}
          extra={t("boxes.nameRule")}
          rules={[{ required: true, pattern: NAME, message: t("boxes.nameRule") }]}
        >
          <Input autoComplete="off" data-testid="box-name" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
