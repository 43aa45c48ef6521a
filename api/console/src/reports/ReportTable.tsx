import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  DeleteOutlined,
  DownloadOutlined,
  LoadingOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { reportFile } from "../http/files";
import type { ReportView } from "../http/types";
import { isTerm, useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { Ago } from "../time/TimeText";
import { StateMark } from "../ui/StateMark";
import { WideTable } from "../ui/WideTable";
import { canDownload } from "./reports";
import styles from "./reports.module.css";
import { schoolName } from "../schools/schoolName";

const MARKS = {
  waiting: { tone: "idle", icon: ClockCircleOutlined },
  running: { tone: "idle", icon: LoadingOutlined },
  ready: { tone: "ok", icon: CheckCircleFilled },
  failed: { tone: "gap", icon: CloseCircleFilled },
  removed: { tone: "unknown", icon: DeleteOutlined },
} as const;

export function ReportTable({ rows, loading }: { rows: ReportView[]; loading: boolean }) {
  const { t } = useTranslation();
  return (
    <WideTable<ReportView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      onRow={({ id }) =>
        ({ "data-testid": "report", "data-report": id }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        { title: t("reports.report"), key: "what", render: (_, report) => <What report={report} /> },
        {
          title: t("reports.state"),
          key: "state",
          render: (_, report) => <State report={report} />,
        },
        { key: "file", render: (_, report) => <File report={report} /> },
        {
          title: t("reports.asked"),
          key: "asked",
          render: (_, { asked_at, asked_by }) => (
            <>
              <Ago moment={asked_at} />
              <div className={styles.muted}>{asked_by}</div>
            </>
          ),
        },
        {
          title: t("reports.code"),
          dataIndex: "code",
          render: (code: string) => <code>{code}</code>,
        },
      ]}
    />
  );
}

export function What({ report }: { report: Pick<ReportView, "school" | "month" | "kind"> }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { school } = report;
  const name = school ? schoolName(school) : t("reports.district");
  return (
    <>
      <strong>{[name, report.month].filter(Boolean).join(" · ")}</strong>
      <div className={styles.muted}>{term("report_kind", report.kind)}</div>
    </>
  );
}

export function State({ report }: { report: ReportView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { state, error, progress } = report;
  return (
    <>
      <StateMark {...MARKS[state]} word={term("report_state", state)} testId="report-state" />
      {state === "running" && <div className={styles.muted}>{Math.round(progress * 100)} %</div>}
      {error && (
        <div className={styles.why}>
          {isTerm("problem", error) ? term("problem", error) : t("error.withCode", { code: error })}
        </div>
      )}
    </>
  );
}

function File({ report }: { report: ReportView }) {
  const { t } = useTranslation();
  const may = useMay();
  const kind = report.format === "pdf" ? "PDF" : "Excel";
  if (!canDownload(report, may("see_pictures"))) {
    const isClosed = report.state === "ready";
    return (
      <span className={styles.muted}>{isClosed ? t("reports.withPictures") : kind}</span>
    );
  }
  return (
    <Button
      size="small"
      icon={<DownloadOutlined />}
      href={reportFile(report.id)}
      download
      data-testid="report-file"
    >
      {kind} {size(report.size_bytes ?? 0)}
    </Button>
  );
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
