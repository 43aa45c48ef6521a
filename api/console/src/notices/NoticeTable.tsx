import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { NoticeState, NoticeView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Ago } from "../time/TimeText";
import { StateMark } from "../ui/StateMark";
import { useChange } from "../ui/useChange";
import { WideTable } from "../ui/WideTable";
import { TONES } from "./marks";
import styles from "./notices.module.css";

/** Each message, what it told, and what the peer answered. */
export function NoticeTable({ rows, loading }: { rows: NoticeView[]; loading: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  const retry = useChange((jobId: number) => api.retryJob(jobId), { invalidates: [keys.notices] });
  return (
    <WideTable<NoticeView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      locale={{ emptyText: t("notices.noMessages") }}
      onRow={({ id }) =>
        ({ "data-testid": "notice", "data-notice": id }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        {
          title: t("notices.state"),
          dataIndex: "state",
          render: (state: NoticeState) => (
            <StateMark
              tone={TONES[state].tone}
              icon={TONES[state].icon}
              word={term("notice_state", state)}
              testId="notice-state"
            />
          ),
        },
        {
          title: t("notices.channel"),
          key: "channel",
          render: (_, row) => (
            <>
              {row.channel_name} {row.username}
              <div className={styles.muted}>{term("channel_kind", row.channel_kind)}</div>
            </>
          ),
        },
        { title: t("notices.what"), key: "what", render: (_, row) => <What row={row} /> },
        {
          title: t("notices.answer"),
          key: "answer",
          render: (_, row) =>
            row.outcome && (
              <div className={styles.line}>
                {term("notice_outcome", row.outcome)}
                <div className={styles.muted}>{row.answer}</div>
              </div>
            ),
        },
        { title: t("jobs.attempts"), dataIndex: "attempts", align: "right" },
        {
          title: t("notices.at"),
          key: "at",
          render: (_, row) => <Ago moment={row.sent_at ?? row.last_at ?? row.created_at} />,
        },
        {
          key: "actions",
          render: (_, { job_id }) =>
            job_id !== null && (
              <Button size="small" onClick={() => retry.mutate(job_id)} data-testid="notice-retry">
                {t("jobs.retry")}
              </Button>
            ),
        },
      ]}
    />
  );
}

function What({ row }: { row: NoticeView }) {
  const { t } = useTranslation();
  const more = row.item_count - row.items.length;
  return (
    <div className={styles.line}>
      {row.items.map((item, place) => (
        <div key={place}>{item.text}</div>
      ))}
      {more > 0 && <div className={styles.muted}>{t("notices.more", { n: more })}</div>}
    </div>
  );
}
