import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { CameraStateMark } from "../camera/CameraStateMark";
import type { OfflineCamera } from "../http/offline";
import { isTerm, useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { Ago } from "../time/TimeText";
import styles from "./offline.module.css";

export function OfflineCameras({ cameras }: { cameras: readonly OfflineCamera[] }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  if (!may("view_cameras")) return null;
  return (
    <section>
      <h2 className={styles.section}>{t("nav.cameras")}</h2>
      <ul className={styles.cards}>
        {cameras.map((camera) => (
          <li key={camera.camera_key} className={styles.camera} data-testid="offline-camera">
            <span className={styles.facts}>
              <strong>{camera.name}</strong>
              <span className={styles.muted}>{camera.location}</span>
            </span>
            <span className={styles.facts}>
              <CameraStateMark state={camera.state} />
              {camera.since && (
                <span className={styles.muted}>
                  {isTerm("camera_reason", camera.reason) && `${term("camera_reason", camera.reason)} · `}
                  <Ago moment={camera.since} />
                </span>
              )}
            </span>
            {camera.has_footage && (
              <Link
                className={styles.door}
                to={`/recordings/${camera.camera_key}`}
                data-testid="offline-camera-footage"
              >
                {t("offline.footage")}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
