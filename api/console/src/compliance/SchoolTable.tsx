import { Table, Tooltip, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { RetentionRow, RetentionState } from "../http/types";
import { useTerm } from "../i18n/terms";
import type { Group } from "../schools/schools";
import { formatDuration } from "../time/format";
import { Ago } from "../time/TimeText";
import styles from "./compliance.module.css";
import { FootageAlarms } from "../footage/FootageAlarms";
import { GapList } from "./GapList";
import { RequiredDays } from "./RequiredDays";
import { daysOrLess, floorPercent, schoolTime, summarize } from "../footage/retention";
import { RetentionStateMark } from "./RetentionStateMark";

/** All columns together, in pixels; wider pages stretch them alike. */
const TABLE_WIDTH = 1310;

interface Props {
  school: Group<RetentionRow>;
  /** Which of its cameras are listed; the summary counts them all. */
  state: RetentionState | null;
}

/** The cameras of one school: what is asked of each, what is proven, and why something is missing. */
export function SchoolTable({ school, state: wanted }: Props) {
  const { t } = useTranslation();
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
      render: (_, { state, doubt, facts }) => (
        <>
          <RetentionStateMark state={state} />
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
      render: (_, { facts }) => facts && <RequiredDays facts={facts} />,
    },
    {
      title: t("retention.proven"),
      key: "proven",
      width: 100,
      align: "right",
      render: (_, { facts }) => facts && daysOrLess(t, facts.proven_days),
    },
    {
      title: t("retention.completeness"),
      key: "completeness",
      width: 130,
      align: "right",
      render: (_, { facts }) =>
        facts && t("retention.percent", { n: floorPercent(facts.completeness) }),
    },
    {
      title: t("retention.missing"),
      key: "gaps",
      width: 170,
      render: (_, { facts }) =>
        facts &&
        (facts.gap_count === 0 ? (
          <span className={styles.muted}>{t("retention.none")}</span>
        ) : (
          t("retention.gapSum", { count: facts.gap_count, length: formatDuration(t, facts.gap_s) })
        )),
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
      render: (_, { facts }) => {
        if (!facts) return null;
        const { forecast } = facts;
        const reach = forecast?.bytes_per_day ? (
          t("retention.reach", { length: daysOrLess(t, forecast.reachable_days) })
        ) : (
          <span className={styles.muted}>{term("forecast", "not_known")}</span>
        );
        return forecast?.breaks_on ? (
          <Tooltip title={reach}>
            <strong className={styles.breaks}>
              {t("retention.breaksOn", { day: forecast.breaks_on })}
            </strong>
          </Tooltip>
        ) : (
          reach
        );
      },
    },
    {
      title: t("retention.asOf"),
      key: "asOf",
      width: 100,
      render: (_, { facts }) => facts && <Ago moment={facts.as_of} className={styles.muted} />,
    },
  ];
  return (
    <section className={styles.box} data-testid="retention-school" data-school={school.key}>
      <h2 className={styles.boxName}>
        {school.name ?? t("retention.noBox")}{" "}
        <span className={styles.muted}>{t("retention.cameras", { count: school.rows.length })}</span>
      </h2>
      <Summary school={school} />
      <Table<RetentionRow>
        rowKey="camera_key"
        size="small"
        dataSource={school.rows.filter((row) => !wanted || row.state === wanted)}
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
  const { states, broken, breaking } = summarize(school.rows);
  return (
    <p className={styles.summary} data-testid="retention-summary">
      {states.map(({ state, count }) => (
        <Link
          key={state}
          to={`?${new URLSearchParams({ school: school.key, state }).toString()}`}
          data-testid={`summary-${state}`}
        >
          <RetentionStateMark state={state} />
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
