import { Timeline } from "antd";
import { useTranslation } from "react-i18next";

import type { OrderHistoryEntry } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Exact } from "../time/TimeText";
import styles from "./order.module.css";

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
            {entry.note && <p className={styles.note}>{entry.note}</p>}
          </div>
        ),
      }))}
    />
  );
}
