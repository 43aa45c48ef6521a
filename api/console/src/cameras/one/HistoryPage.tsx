import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DEFAULT_FILTERS } from "../../alert/filters";
import { RiskMark } from "../../alert/RiskMark";
import { StatusMark } from "../../alert/StatusMark";
import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { CameraView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { useMay } from "../../session/policy";
import { Moment } from "../../time/TimeText";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { OneCamera } from "./OneCamera";
import styles from "./one.module.css";

const SHOWN = 50;
const VERSIONS = 10;

/** What a camera raised, and what its box was told. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <OneCamera title={t("camera.tab.history")} testId="camera-history">
      {(camera) => (
        <>
          <Alerts camera={camera} />
          {may("manage_boxes") && camera.box_id !== null && <Versions boxId={camera.box_id} />}
        </>
      )}
    </OneCamera>
  );
}

function Alerts({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const filters = { ...DEFAULT_FILTERS, status: null, cameraKeys: [String(camera.id)] };
  const query = useQuery({
    queryKey: [...keys.alertLists, "camera", camera.id],
    queryFn: () => api.alerts(filters, null, SHOWN),
  });
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  const alerts = query.data?.items;
  return (
    <section className={styles.section}>
      <h2>{t("camera.alerts")}</h2>
      {!alerts && <Skeleton active paragraph={{ rows: 6 }} />}
      {alerts?.length === 0 && <p className={styles.muted}>{t("camera.noAlerts")}</p>}
      <ul className={styles.rows}>
        {alerts?.map((alert) => (
          <li key={alert.id} data-testid="camera-alert">
            <Link to={`/alerts/${alert.id}`}>
              <Moment moment={alert.raised_at} /> {term("rules", alert.rule)}
              {alert.zone && ` · ${alert.zone}`}
            </Link>
            <RiskMark risk={alert.risk} />
            <StatusMark status={alert.status} />
          </li>
        ))}
      </ul>
      <Link to={`/?status=all&camera_key=${camera.id}`}>{t("cameras.alertsOf")}</Link>
    </section>
  );
}

function Versions({ boxId }: { boxId: number }) {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useQuery({ queryKey: keys.configuration(boxId), queryFn: () => api.configuration(boxId) });
  return (
    <section className={styles.section}>
      <h2>{t("camera.versions")}</h2>
      {query.isError && <p className={styles.muted}>{t("error.failed")}</p>}
      {query.data?.versions.length === 0 && <p className={styles.muted}>{t("camera.noVersions")}</p>}
      <ul className={styles.rows}>
        {query.data?.versions.slice(0, VERSIONS).map((version) => (
          <li key={version.number}>
            <Link to={`/boxes/${boxId}/configuration?version=${version.number}`}>
              {t("camera.version", { number: version.number })}
            </Link>
            <Moment moment={version.created_at} />
            <span>{[version.created_by, version.reason].filter(Boolean).join(" · ")}</span>
            <span className={styles.muted}>{term("configuration_state", version.state)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
