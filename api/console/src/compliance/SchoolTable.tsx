import { Table, Tooltip, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { RetentionRow, SchoolCompliance } from "../http/types";
import { useTerm } from "../i18n/terms";
import type { Group } from "../schools/schools";
import { formatDuration } from "../time/format";
import { Ago } from "../time/TimeText";
import { usePreferences } from "../ui/preferences";
import styles from "./compliance.module.css";
import { FootageAlarms } from "../footage/FootageAlarms";
import { GapList } from "./GapList";
import { RequiredDays } from "./RequiredDays";
import { daysOrLess, floorPercent, schoolTime } from "../footage/retention";
import { KindMark } from "./KindMark";
import { kindOf, type Kind } from "./kinds";
import { fallsShort, summarize } from "./rows";
import { RetentionStateMark } from "./RetentionStateMark";

/** All columns together, in pixels; wider pages stretch them alike. */
const TABLE_WIDTH = 1310;

interface Props {
  school: Group<RetentionRow>;
  /** Its verdict, as on its own page; undefined while it is not there. */
  sentence: SchoolCompliance["sentence"] | undefined;
  /** Which of its cameras are listed; the summary counts them all. */
  kind: Kind | null;
}

/** The cameras of one school: what is asked of each, what is proven, and why something is missing. */
export function SchoolTable({ school, sentence, kind: wanted }: Props) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const term = useTerm();
  const columns: TableColumnsType<RetentionRow> = [
    {
      title: t("retention.camera"),
      key: "camera",
      width: 220,
      render: (_, { name, location, camera_id: id }) => (
        <>
          <strong>{name}</strong>
          <div className={styles.muted}>{location || id}</div>
          <Link
            to={`/recordings/${encodeURIComponent(id)}`}
            className={styles.door}
            onClick={(event) => event.stopPropagation()}
            data-testid="to-recordings"
          >
            {t("retention.recordings")}
          </Link>
        </>
      ),
    },
    {
      title: t("retention.state"),
      key: "state",
      width: 180,
      render: (_, { state, doubt, facts, is_unconfirmed: isUnconfirmed }) => (
        <>
          {isUnconfirmed ? <KindMark kind="unconfirmed" /> : <RetentionStateMark state={state} />}
          {!doubt && facts && <FootageAlarms alarms={facts.alarms} />}
          {doubt && <div className={styles.muted}>{term("retention_doubt", doubt)}</div>}
        </>
      ),
    },
    {
      title: t("retention.required"),
      key: "required",
      width: 90,
      align: "right",
      render: (_, row) => <RequiredDays row={row} />,
    },
    {
      title: t("retention.proven"),
      key: "proven",
      width: 100,
      align: "right",
      render: (_, row) => row.as_of !== null && daysOrLess(t, row.proven_days),
    },
    {
      title: t("retention.completeness"),
      key: "completeness",
      width: 130,
      align: "right",
      render: (_, row) =>
        row.state !== "unknown" && t("retention.percent", { n: floorPercent(row.completeness) }),
    },
    {
      title: t("retention.missing"),
      key: "gaps",
      width: 170,
      render: (_, { state, gap_count: count, gap_s: seconds }) => {
        if (count > 0) return t("retention.gapSum", { count, length: formatDuration(t, seconds) });
        const word = state === "unknown" ? "compliance.notKnown" : "retention.none";
        return <span className={styles.muted}>{t(word)}</span>;
      },
    },
    {
      title: t("retention.brokenShort"),
      key: "broken",
      width: 130,
      render: (_, { facts }) => {
        if (!facts) return null;
        const [newest] = facts.broken_promises;
        if (!newest) return <span className={styles.muted}>{t("retention.none")}</span>;
        return (
          <>
            <strong className={styles.breaks} data-testid="broken-count">
              {t("retention.times", { count: facts.broken_promises.length })}
            </strong>
            <div className={styles.muted}>
              {t("retention.brokenLast", {
                day: schoolTime(newest.broken_at, facts.time_zone).slice(0, 10),
              })}
            </div>
          </>
        );
      },
    },
    {
      title: t("retention.forecast"),
      key: "forecast",
      width: 150,
      render: (_, row) => {
        if (!row.facts) return null;
        const { forecast } = row.facts;
        const reach = forecast?.bytes_per_day ? (
          t("retention.reach", { length: daysOrLess(t, forecast.reachable_days) })
        ) : (
          <span className={styles.muted}>{term("forecast", "not_known")}</span>
        );
        if (!forecast?.breaks_on) {
          return fallsShort(row) ? <strong className={styles.breaks}>{reach}</strong> : reach;
        }
        return (
          <Tooltip title={reach}>
            <strong className={styles.breaks}>
              {t("retention.breaksOn", { day: forecast.breaks_on })}
            </strong>
          </Tooltip>
        );
      },
    },
    {
      title: t("retention.asOf"),
      key: "asOf",
      width: 100,
      render: (_, { as_of: judged, facts }) => {
        const moment = judged ?? facts?.as_of;
        return moment && <Ago moment={moment} className={styles.muted} />;
      },
    },
  ];
  return (
    <section className={styles.box} data-testid="retention-school" data-school={school.key}>
      <h2 className={styles.boxName}>
        {school.name ?? t("retention.noBox")}{" "}
        <span className={styles.muted}>{t("retention.cameras", { count: school.rows.length })}</span>
      </h2>
      {sentence && (
        <p className={styles.sentence} data-testid="retention-sentence">
          <Link to={`/compliance/${encodeURIComponent(school.key)}`}>{sentence[language]}</Link>
        </p>
      )}
      <Summary school={school} />
      <Table<RetentionRow>
        rowKey="camera_key"
        size="small"
        dataSource={school.rows.filter((row) => !wanted || kindOf(row) === wanted)}
        columns={columns}
        pagination={false}
        // Of the same widths at every school, so that the eye goes down a column.
        tableLayout="fixed"
        scroll={{ x: TABLE_WIDTH }}
        expandable={{
          rowExpandable: (row) => row.facts !== null,
          expandedRowRender: (row) => row.facts && <GapList cameraKey={row.camera_key} facts={row.facts} />,
          expandRowByClick: true,
        }}
        onRow={(row) =>
          ({
            "data-testid": "retention-row",
            "data-camera-id": row.camera_id,
            "data-state": row.state,
            "data-doubted": row.doubt !== null,
          }) as React.HTMLAttributes<HTMLElement>
        }
      />
    </section>
  );
}

/** A number is a door: each opens the cameras it counts. */
function Summary({ school }: { school: Group<RetentionRow> }) {
  const { t } = useTranslation();
  const { kinds, broken, breaking } = summarize(school.rows);
  return (
    <p className={styles.summary} data-testid="retention-summary">
      {kinds.map(({ kind, count }) => (
        <Link
          key={kind}
          to={`?${new URLSearchParams({ school: school.key, state: kind }).toString()}`}
          data-testid={`summary-${kind}`}
        >
          <KindMark kind={kind} />
          <strong>{count}</strong>
        </Link>
      ))}
      {broken > 0 && (
        <span className={styles.breaks}>{t("retention.brokenCameras", { count: broken })}</span>
      )}
      {breaking > 0 && (
        <span className={styles.breaks}>{t("retention.breakingCameras", { count: breaking })}</span>
      )}
    </p>
  );
}
