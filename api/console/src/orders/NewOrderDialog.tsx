import { Form, Input, Modal, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { RISKS, type Risk } from "../alert/filters";
import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OrderSubject } from "../http/types";
import { useTerm } from "../i18n/terms";
import { SUBJECTS } from "../order/filters";
import type { SchoolOption } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";

interface Fields {
  kind: "finding" | "phone";
  text: string;
  school_id: string;
  subject: OrderSubject;
  risk: Risk;
}

interface Props {
  schools: SchoolOption[];
  onClose: () => void;
}

/** An order about what an inspection found or a caller said; given to the duty, due by the table. */
export default function NewOrderDialog({ schools, onClose }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  const create = useChange((fields: Fields) => api.createOrder(fields), {
    invalidates: [keys.orders],
    onDone: (order) => {
      onClose();
      void navigate(`/orders/${order.id}`);
    },
  });
  const required = { required: true, message: term("workbook_error", "required") };
  return (
    <Modal
      open
      title={t("order.new")}
      okText={t("assign.assign")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={create.isPending}
      okButtonProps={{ "data-testid": "new-order-ok" }}
      width={480}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          kind: "finding",
          risk: "class_2",
          subject: "safety",
          ...(schools.length === 1 ? { school_id: schools[0]?.value } : {}),
        }}
        onFinish={(fields) => create.mutate(fields)}
      >
        <Form.Item name="kind" label={t("order.from")}>
          <Radio.Group
            options={(["finding", "phone"] as const).map((value) => ({
              value,
              label: term("order_source", value),
            }))}
          />
        </Form.Item>
        <Form.Item name="text" label={t("order.what")} rules={[{ ...required, whitespace: true }]}>
          <Input.TextArea
            maxLength={1000}
            autoSize={{ minRows: 2, maxRows: 6 }}
            data-testid="new-order-text"
          />
        </Form.Item>
        <Form.Item name="school_id" label={t("order.school")} rules={[required]}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={schools}
            data-testid="new-order-school"
          />
        </Form.Item>
        <Form.Item name="subject" label={t("assign.subject")}>
          <Select options={SUBJECTS.map((value) => ({ value, label: term("order_subject", value) }))} />
        </Form.Item>
        <Form.Item name="risk" label={t("filter.risk")}>
          <Radio.Group options={RISKS.map((value) => ({ value, label: term("risk", value) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
