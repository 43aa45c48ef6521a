import { Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { RequestView } from "../http/types";
import { useChange } from "../ui/useChange";

const DECIDE = { "data-testid": "request-decide" };

interface Props {
  row: RequestView;
  step: "answer" | "refuse";
  onClose: () => void;
}

/** What was done about a request, or why it is refused; either is final. */
export function DecisionDialog({ row, step, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ outcome: string }>();
  const save = useChange((outcome: string) => api.decideRequest(row.id, step, outcome), {
    invalidates: [keys.requests],
    onDone: onClose,
  });
  const label = t(step === "answer" ? "privacy.outcome" : "privacy.reason");
  return (
    <Modal
      open
      title={t(step === "answer" ? "privacy.answer" : "privacy.refuse")}
      okText={t(step === "answer" ? "privacy.answer" : "privacy.refuse")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={DECIDE}
      confirmLoading={save.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={({ outcome }: { outcome: string }) => save.mutate(outcome)}
      >
        <Form.Item
          name="outcome"
          label={label}
          extra={t("privacy.final")}
          rules={[{ required: true, whitespace: true, message: t("privacy.needed") }]}
        >
          <Input.TextArea maxLength={4000} rows={4} data-testid="request-outcome" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
