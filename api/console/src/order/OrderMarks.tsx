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
import { dueText, isWithSchool, leftText } from "./due";
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

/** What is left until an order's deadline; {@link OrderFlags} say what is past it. */
export function Due({ order }: { order: OrderSummary }) {
  return isWithSchool(order) && !order.is_overdue ? <DueTime at={order.due_at} /> : null;
}

/** What is left until a deadline or past it, the exact moment on hover. */
export function DueTime({ at }: { at: string }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <time
      dateTime={at}
      title={t("order.dueAt", { at: formatExact(at) })}
      className={Date.parse(at) < now ? styles.late : styles.left}
    >
      {leftText(t, at, now)}
    </time>
  );
}
