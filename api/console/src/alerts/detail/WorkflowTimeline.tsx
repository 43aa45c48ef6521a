import { Timeline } from "antd";
import { useTranslation } from "react-i18next";

import type { AlertDetail, HistoryEntry } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { formatDuration, secondsBetween } from "../../time/format";
import { Moment } from "../../time/TimeText";
import styles from "./detail.module.css";

/** What happened to the alert, by whom; the last entry says what it waits for. */
export function WorkflowTimeline({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const entries = [...alert.history].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const items = [
    {
      key: "raised",
      color: "gray",
      content: (
        <Entry
          title={t("history.raised")}
          at={alert.raised_at}
          by={t("history.byModel", { model: alert.episode.model_id })}
        />
      ),
    },
    ...entries.map((entry, index) => ({
      key: `${entry.at}-${index}`,
      color: "var(--ink)",
      content: <HistoryItem entry={entry} raisedAt={alert.raised_at} />,
    })),
    ...(alert.status === "pending_review"
      ? [
          {
            key: "waiting",
            color: "gray",
            content: <span className={styles.waitingFor}>{t("history.waiting")}</span>,
          },
        ]
      : []),
  ];
  return <Timeline className={styles.timeline ?? ""} items={items} data-testid="timeline" />;
}

function HistoryItem({ entry, raisedAt }: { entry: HistoryEntry; raisedAt: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  const family =
    entry.action === "original_opened" ? "original_reason" : "false_positive_reason";
  const reason = entry.reason ? term(family, entry.reason) : undefined;
  const late = secondsBetween(raisedAt, entry.at);
  return (
    <Entry
      title={t(`history.${entry.action}`)}
      at={entry.at}
      by={entry.by ?? t("history.bySystem")}
      reason={reason}
      note={entry.note}
      hint={
        entry.action === "received" && late >= 1
          ? t("history.after", { length: formatDuration(t, late) })
          : undefined
      }
    />
  );
}

interface EntryProps {
  title: string;
  at: string;
  by: string;
  reason?: string | undefined;
  note?: string | undefined;
  hint?: string | undefined;
}

function Entry({ title, at, by, reason, note, hint }: EntryProps) {
  return (
    <div>
      <p className={styles.entryHead}>
        <strong>{title}</strong>
        {reason && <span>{reason}</span>}
        <Moment moment={at} seconds className={styles.entryTime} />
      </p>
      <p className={styles.entryBy}>
        {by}
        {hint && ` · ${hint}`}
      </p>
      {note && <p className={styles.entryNote}>{note}</p>}
    </div>
  );
}
