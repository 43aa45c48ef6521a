import { useQuery } from "@tanstack/react-query";
import { App, Button, Form, Modal, Skeleton } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { OrderProposal } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useChange } from "../ui/useChange";
import { AssignForm, assignment, BY_DUTY, type AssignFields } from "./AssignForm";
import { DeadlineSource } from "./DeadlineSource";
import styles from "./order.module.css";
import { schoolName } from "../schools/schoolName";

interface Props {
  alertId: string;
  onClose: () => void;
}

/** Gives a confirmed alert away, as proposed or otherwise; Enter sends it as it stands. */
export default function AssignDialog({ alertId, onClose }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<AssignFields>();
  const send = useRef<HTMLButtonElement>(null);
  const proposal = useQuery({
    queryKey: keys.orderProposal(alertId),
    queryFn: () => api.proposeOrder(alertId),
    staleTime: 0,
    gcTime: 0,
  });
  const found = proposal.data;
  const create = useChange(
    (fields: AssignFields) => api.createOrder({ alert_ids: [alertId], ...assignment(fields) }),
    {
      invalidates: [keys.orders, keys.alert(alertId)],
      onDone: (order) => {
        void message.success(t("assign.done", { id: order.id }));
        onClose();
      },
    },
  );
  const ready = found !== undefined && found.order_id === null;
  useEffect(() => {
    if (ready) send.current?.focus();
  }, [ready]);
  return (
    <Modal
      open
      title={t("assign.title")}
      onCancel={onClose}
      width={480}
      afterOpenChange={() => send.current?.focus()}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            ref={send}
            type="primary"
            disabled={!ready}
            loading={create.isPending}
            onClick={() => form.submit()}
            data-testid="assign-submit"
          >
            {t("assign.assign")}
          </Button>
        </>
      }
    >
      <div data-testid="assign-dialog">
        {proposal.isPending && <Skeleton active paragraph={{ rows: 4 }} />}
        {proposal.isError && (
          <p role="alert">
            {t(toProblem(proposal.error, undefined).unreachable ? "error.unreachable" : "error.failed")}
          </p>
        )}
        {found && found.order_id !== null && (
          <p>
            {t("assign.hasOrder")}{" "}
            <Link to={`/orders/${found.order_id}`} className={styles.link} onClick={onClose}>
              {t("order.number", { id: found.order_id })}
            </Link>
          </p>
        )}
        {found && ready && (
          <>
            <About proposal={found} />
            <AssignForm
              form={form}
              initial={{ subject: found.subject, assignee: BY_DUTY, due_at: null, note: "" }}
              schoolId={found.school.school_id}
              candidates={found.candidates}
              dueAt={found.due_at}
              dueSource={<DeadlineSource deadline={found.deadline} />}
              onFinish={(fields) => create.mutate(fields)}
            />
          </>
        )}
      </div>
    </Modal>
  );
}

function About({ proposal }: { proposal: OrderProposal }) {
  const term = useTerm();
  return (
    <p className={styles.what}>
      {[schoolName(proposal.school), term("risk", proposal.risk)].join(" · ")}
    </p>
  );
}
