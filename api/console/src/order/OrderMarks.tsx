import {
  AuditOutlined,
  CheckCircleOutlined,
  FieldTimeOutlined,
  MessageOutlined,
  NotificationOutlined,
  SendOutlined,
  ToolOutlined,
} from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import type { OrderState, OrderSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatExact } from "../time/format";
import { useNow } from "../time/useNow";
import { StateMark } from "../ui/StateMark";
import { dueText } from "./due";
import styles from "./order.module.css";

const ICONS = {
  assigned: SendOutlined,
  feedback_received: MessageOutlined,
  rectifying: ToolOutlined,
  pending_verification: AuditOutlined,
  closed: CheckCircleOutlined,
} as const;

/** Where an order stands: icon and word together. */
export function OrderStateMark({ state }: { state: OrderState }) {
  const term = useTerm();
  return (
    <StateMark
      tone={state === "closed" ? "ok" : state === "pending_verification" ? "noted" : "idle"}
      icon={ICONS[state]}
      word={term("order_state", state)}
      testId="order-state"
    />
  );
}

/** What goes with any state: how far past its deadline, and looked after by a leader. */
export function OrderFlags({ order }: { order: OrderSummary }) {
  const { t } = useTranslation();
  const term = useTerm();
  const now = useNow();
  return (
    <>
      {order.is_overdue && (
        <time dateTime={order.due_at} title={t("order.dueAt", { at: formatExact(order.due_at) })}>
          <StateMark
            tone="gap"
            icon={FieldTimeOutlined}
            word={dueText(t, order, now) ?? term("order_action", "overdue")}
            testId="order-overdue"
          />
        </time>
      )}
      {order.escalated_at && (
        <StateMark
          tone="gap"
          icon={NotificationOutlined}
          word={term("order_action", "escalated")}
          testId="order-escalated"
        />
      )}
    </>
  );
}

/** What is left until the deadline, the exact moment on hover; {@link OrderFlags} say what is past it. */
export function Due({ order }: { order: OrderSummary }) {
  const { t } = useTranslation();
  const now = useNow();
  const text = order.is_overdue ? null : dueText(t, order, now);
  if (text === null) return null;
  const late = Date.parse(order.due_at) < now;
  return (
    <time
      dateTime={order.due_at}
      title={t("order.dueAt", { at: formatExact(order.due_at) })}
      className={late ? styles.late : styles.left}
    >
      {text}
    </time>
  );
}
