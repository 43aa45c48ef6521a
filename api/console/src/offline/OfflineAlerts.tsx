import { EyeInvisibleOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { RiskMark } from "../alert/RiskMark";
import type { OfflineAlert } from "../http/offline";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { Moment } from "../time/TimeText";
import { StatePanel } from "../ui/StatePanel";
import styles from "./offline.module.css";

interface Props {
  alerts: readonly OfflineAlert[];
  /** Cameras whose footage lies here. */
  footage: ReadonlySet<number>;
  /** Cameras that nobody watches. */
  blind: number;
}

export function OfflineAlerts({ alerts, footage, blind }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  if (!may("view_alerts")) return null;
  return (
    <section>
      <h2 className={styles.section}>{t("offline.alerts")}</h2>
      {alerts.length === 0 ? (
        <StatePanel
          testId="offline-no-alerts"
          title={t("offline.noAlerts")}
          text={t(blind > 0 ? "offline.noAlertsBlind" : "offline.noAlertsText")}
        />
      ) : (
        <ul className={styles.cards}>
          {alerts.map((alert) => (
            <AlertCard key={alert.id} alert={alert} hasFootage={footage.has(alert.camera_key)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AlertCard({ alert, hasFootage }: { alert: OfflineAlert; hasFootage: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <li className={styles.card} data-risk={alert.risk} data-testid="offline-alert">
      {alert.snapshot_url ? (
        <span className={styles.still}>
          <img src={alert.snapshot_url} alt={t("offline.still")} loading="lazy" />
          <span className={styles.blurred}>
            <EyeInvisibleOutlined aria-hidden="true" /> {t("player.blurred")}
          </span>
        </span>
      ) : (
        <span className={`${styles.still} ${styles.none} hatched`}>
          {t(alert.is_sent ? "offline.stillSent" : "offline.noStill")}
        </span>
      )}
      <span className={styles.facts}>
        <strong>{term("rules", alert.rule)}</strong> <RiskMark risk={alert.risk} />
        <span className={styles.muted}>{[alert.camera_name, alert.location].filter(Boolean).join(" · ")}</span>
        <span className={styles.muted}>
          <Moment moment={alert.raised_at} /> ·{" "}
          {t(alert.state === "open" ? "offline.goesOn" : "offline.over")} ·{" "}
          {t(alert.is_sent ? "offline.sent" : "offline.unsent")}
        </span>
        {hasFootage && (
          <Link
            className={styles.door}
            to={`/recordings/${alert.camera_key}?at=${encodeURIComponent(alert.started_at)}`}
            data-testid="offline-alert-footage"
          >
            {t("offline.footage")}
          </Link>
        )}
      </span>
    </li>
  );
}
