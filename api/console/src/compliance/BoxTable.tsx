import { Table, Tooltip, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { RetentionRow } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration } from "../time/format";
import { Ago } from "../time/TimeText";
import styles from "./compliance.module.css";
import { GapList } from "./GapList";
import { RequiredDays } from "./RequiredDays";
import { type BoxRows, floorDays, floorPercent } from "./retention";
import { RetentionStateMark } from "./RetentionStateMark";

/** The cameras of one box: what is asked of each, what is proven, and why something is missing. */
export function BoxTable({ box }: { box: BoxRows }) {
  const { t } = useTranslation();
  const term = useTerm();
  const columns: TableColumnsType<RetentionRow> = [
    {
      title: t("retention.camera"),
      key: "camera",
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
      render: (_, { state, doubt }) => (
        <>
          <RetentionStateMark state={state} />
          {doubt && <div className={styles.muted}>{term("retention_doubt", doubt)}</div>}
        </>
      ),
    },
    {
      title: t("retention.required"),
      key: "required",
      align: "right",
      render: (_, { facts }) => facts && <RequiredDays facts={facts} />,
    },
    {
      title: t("retention.proven"),
      key: "proven",
      align: "right",
      render: (_, { facts }) => facts && t("retention.days", { n: floorDays(facts.proven_days) }),
    },
    {
      title: t("retention.completeness"),
      key: "completeness",
      align: "right",
      render: (_, { facts }) =>
        facts && t("retention.percent", { n: floorPercent(facts.completeness) }),
    },
    {
      title: t("retention.missing"),
      key: "gaps",
      render: (_, { facts }) =>
        facts &&
        (facts.gap_count === 0 ? (
          <span className={styles.muted}>{t("retention.none")}</span>
        ) : (
          t("retention.gapSum", { count: facts.gap_count, length: formatDuration(t, facts.gap_s) })
        )),
    },
    {
      title: t("retention.forecast"),
      key: "forecast",
      render: (_, { facts }) => {
        if (!facts) return null;
        const { forecast } = facts;
        if (!forecast) return <span className={styles.muted}>{t("retention.noForecast")}</span>;
        const reach = t("retention.reach", { n: floorDays(forecast.reachable_days) });
        return forecast.breaks_on ? (
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
      render: (_, { facts }) => facts && <Ago moment={facts.as_of} className={styles.muted} />,
    },
  ];
  return (
    <section className={styles.box} data-testid="retention-box" data-worker-id={box.workerId ?? ""}>
      <h2 className={styles.boxName}>
        {box.workerId ?? t("retention.noBox")}{" "}
        <span className={styles.muted}>{t("retention.cameras", { count: box.rows.length })}</span>
      </h2>
      <Table<RetentionRow>
        rowKey="camera_id"
        size="small"
        dataSource={box.rows}
        columns={columns}
        pagination={false}
        scroll={{ x: "max-content" }}
        expandable={{
          rowExpandable: (row) => row.facts !== null,
          expandedRowRender: (row) => row.facts && <GapList cameraId={row.camera_id} facts={row.facts} />,
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
