import { Timeline } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { OrderHistoryEntry } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Exact } from "../time/TimeText";
import styles from "./order.module.css";
import { regrouped } from "./regrouped";

const ALARMS = new Set<OrderHistoryEntry["action"]>(["overdue", "escalated"]);

/** What happened to the order, by whom and with which words. */
export function OrderTimeline({ history }: { history: readonly OrderHistoryEntry[] }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <Timeline
      className={styles.timeline ?? ""}
      data-testid="order-timeline"
      items={history.map((entry, index) => ({
        key: `${index} ${entry.at}`,
        color: ALARMS.has(entry.action) ? "var(--class-1)" : "var(--ink)",
        content: (
          <div data-testid="order-step" data-action={entry.action}>
            <p className={styles.entryHead}>
              <strong>{term("order_action", entry.action)}</strong>
              <Exact moment={entry.at} className={styles.entryTime} />
            </p>
            <p className={styles.muted}>{entry.by ?? t("history.bySystem")}</p>
            <Words of={entry} />
          </div>
        ),
      }))}
    />
  );
}

/** Somebody's words; of orders that were joined or parted also which, each a door. */
function Words({ of: entry }: { of: OrderHistoryEntry }) {
  const { t } = useTranslation();
  const others = regrouped(entry);
  const note = others === null ? entry.note : others.note;
  return (
    <>
      {others !== null && (
        <p data-testid="regrouped">
          {t(`order.history.${others.how}`)}{" "}
          {others.orders.map((id, index) => (
            <span key={id}>
              {index > 0 && t("order.history.between")}
              <Link to={`/orders/${id}`}>{id}</Link>
            </span>
          ))}
        </p>
      )}
      {note && <p className={styles.note}>{note}</p>}
    </>
  );
}
