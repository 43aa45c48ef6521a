import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Popconfirm, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ReportSchedule, ScheduleList } from "../http/types";
import { isTerm, useTerm } from "../i18n/terms";
import { Ago, Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { useChange } from "../ui/useChange";
import { WideTable } from "../ui/WideTable";
import { READ_AGAIN_MS } from "./reports";
import styles from "./reports.module.css";
import { What, State } from "./ReportTable";
import { ScheduleForm } from "./ScheduleForm";
import { isLate, isUnderWay, type Run } from "./schedules";

/** One's own reports that are made again and again: when next, and what the last time came to. */
export function Schedules() {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const query = useQuery({
    queryKey: keys.reportSchedules,
    queryFn: () => api.reportSchedules(),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? READ_AGAIN_MS : false),
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const items = query.data?.items ?? [];
  return (
    <section className={styles.verify} data-testid="schedules">
      <div className={styles.bar}>
        <h2 className={styles.heading}>{t("reports.schedules")}</h2>
        <Button
          size="small"
          icon={<PlusOutlined />}
          onClick={() => setAdding(true)}
          data-testid="schedule-new"
        >
          {t("reports.newSchedule")}
        </Button>
      </div>
      {query.data && <Whereto list={query.data} />}
      {(query.isPending || items.length > 0) && (
        <ScheduleTable rows={items} loading={query.isPending} />
      )}
      {adding && <ScheduleForm onClose={() => setAdding(false)} />}
    </section>
  );
}

/** Whether anybody is written to at all, and what the mail holds. */
function Whereto({ list }: { list: ScheduleList }) {
  const { t } = useTranslation();
  const { mail, has_channel, attaches } = list;
  const text = !mail
    ? t("reports.noMail")
    : !has_channel
      ? t("reports.noChannel")
      : t(attaches ? "reports.mailedAttached" : "reports.mailed", { mail });
  return (
    <p className={styles.muted} data-testid="schedules-mail">
      {text}
    </p>
  );
}

function ScheduleTable({ rows, loading }: { rows: ReportSchedule[]; loading: boolean }) {
  const { t } = useTranslation();
  return (
    <WideTable<ReportSchedule>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      onRow={({ id }) =>
        ({ "data-testid": "schedule", "data-schedule": id }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        {
          title: t("reports.report"),
          key: "what",
          render: (_, row) => <What report={{ ...row, month: null }} />,
        },
        { title: t("reports.when"), key: "when", render: (_, row) => <When schedule={row} /> },
        { title: t("reports.last"), key: "last", render: (_, { last }) => <Last run={last} /> },
        { key: "actions", align: "right", render: (_, row) => <Actions schedule={row} /> },
      ]}
    />
  );
}

function When({ schedule }: { schedule: ReportSchedule }) {
  const { t } = useTranslation();
  const { every, day, at, next_at } = schedule;
  const days = every === "month" ? String(day) : t(`reports.weekdays.${day as 1}`);
  return (
    <>
      {t(every === "month" ? "reports.onMonth" : "reports.onWeek", { day: days, at })}
      <div className={styles.muted} data-testid="schedule-next">
        {next_at ? (
          <>
            {t("reports.next")} <Exact moment={next_at} />
          </>
        ) : (
          t("reports.paused")
        )}
      </div>
    </>
  );
}

function Last({ run }: { run: Run | null }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (!run) return <span className={styles.muted}>{t("reports.never")}</span>;
  const { error, report, mail, outcome } = run;
  return (
    <div data-testid="schedule-last">
      <Ago moment={run.ran_at} />
      {report && <State report={report} />}
      {error && (
        <div className={styles.why}>
          {isTerm("problem", error) ? term("problem", error) : t("error.withCode", { code: error })}
        </div>
      )}
      {mail && (
        <div className={styles.muted}>
          {t(`reports.mailStates.${mail}`)}
          {mail === "not_sent" && outcome && t("reports.because", { why: term("notice_outcome", outcome) })}
        </div>
      )}
      {isLate(run) && (
        <div className={styles.muted}>
          {run.missed > 0 ? t("reports.lateMore", { count: run.missed }) : t("reports.late")}
        </div>
      )}
    </div>
  );
}

function Actions({ schedule }: { schedule: ReportSchedule }) {
  const { t } = useTranslation();
  const invalidates = [keys.reports];
  const run = useChange(() => api.runSchedule(schedule.id), { invalidates });
  const pause = useChange((is: boolean) => api.pauseSchedule(schedule.id, is), { invalidates });
  const remove = useChange(() => api.deleteSchedule(schedule.id), { invalidates });
  return (
    <Space size={4} wrap>
      <Button
        size="small"
        loading={run.isPending}
        onClick={() => run.mutate(undefined)}
        data-testid="schedule-run"
      >
        {t("reports.runNow")}
      </Button>
      <Button
        size="small"
        loading={pause.isPending}
        onClick={() => pause.mutate(!schedule.is_paused)}
        data-testid="schedule-pause"
      >
        {t(schedule.is_paused ? "reports.resume" : "reports.pause")}
      </Button>
      <Popconfirm
        title={t("reports.deleteAsk")}
        okText={t("reports.delete")}
        cancelText={t("action.cancel")}
        onConfirm={() => remove.mutate(undefined)}
      >
        <Button size="small" danger data-testid="schedule-delete">
          {t("reports.delete")}
        </Button>
      </Popconfirm>
    </Space>
  );
}
