import { useQuery } from "@tanstack/react-query";
import { Form, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OrderAssign, OrderDetail } from "../http/types";
import { AssignForm, assignment, BY_DUTY, type AssignFields } from "../order/AssignForm";
import { DeadlineSource } from "../order/DeadlineSource";

interface Props {
  order: OrderDetail;
  onAssign: (told: OrderAssign) => void;
  onClose: () => void;
}

/** Gives an order to somebody else, or until another moment. */
export default function ReassignDialog({ order, onAssign, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<AssignFields>();
  const people = useQuery({
    queryKey: keys.assignees(order.school.school_id),
    queryFn: () => api.assignees(order.school.school_id),
  });
  return (
    <Modal
      open
      title={t("order.reassign")}
      okText={t("order.reassign")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={{ autoFocus: true, "data-testid": "reassign-ok" }}
      width={480}
    >
      <AssignForm
        form={form}
        initial={{
          subject: order.subject,
          assignee: order.assignee ?? BY_DUTY,
          due_at: null,
          note: "",
        }}
        schoolId={order.school.school_id}
        candidates={people.data?.items ?? []}
        dueAt={order.due_at}
        dueSource={<DeadlineSource deadline={order.deadline} />}
        onFinish={(fields) => onAssign(assignment(fields))}
      />
    </Modal>
  );
}
