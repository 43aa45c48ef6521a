import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AlertDetail, OriginalGrant } from "../../http/types";
import { isPictureFault } from "../../picture/faults";
import { serverNow } from "../../time/serverClock";
import { usePictures } from "../../session/policy";
import styles from "./detail.module.css";
import { OriginalDialog } from "./OriginalDialog";

/** The blurred still, and the original on request: with a reason, recorded, for a short while. */
export function Stills({ alert: told }: { alert: AlertDetail }) {
  const alert = usePictures(told);
  const isAbove = isPictureFault(alert); // beside the reference picture
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [grant, setGrant] = useState<OriginalGrant | null>(null);

  useEffect(() => {
    if (!grant) return undefined;
    const left = Math.max(0, Date.parse(grant.expires_at) - serverNow());
    const timer = window.setTimeout(() => setGrant(null), left);
    return () => window.clearTimeout(timer);
  }, [grant]);

  if (!alert.has_original && (isAbove || !alert.snapshot_url)) return null;
  return (
    <section className={styles.stills} data-testid="stills">
      <header className={styles.stillsHead}>
        <h2 className={styles.heading}>{t(isAbove ? "evidence.snapshot_original" : "detail.still")}</h2>
        <span className={styles.privacy}>
          {grant ? (
            <>
              <EyeOutlined aria-hidden="true" /> {t("original.shown")}
            </>
          ) : (
            alert.has_original &&
            !isAbove && (
              <>
                <EyeInvisibleOutlined aria-hidden="true" /> {t("player.blurred")}
              </>
            )
          )}
        </span>
        {alert.has_original &&
          (grant ? (
            <Button size="small" onClick={() => setGrant(null)} data-testid="hide-original">
              {t("original.hide")}
            </Button>
          ) : (
            <Button size="small" onClick={() => setAsking(true)} data-testid="view-original">
              {t("original.view")}
            </Button>
          ))}
      </header>
      {(grant || (alert.snapshot_url && !isAbove)) && (
        <img
          src={grant?.url ?? alert.snapshot_url ?? ""}
          alt={t(grant ? "original.alt" : "player.stillAlt", { camera: alert.camera_name })}
          className={styles.still}
          data-testid={grant ? "original" : "still"}
        />
      )}
      <OriginalDialog
        alertId={alert.id}
        open={asking}
        onClose={() => setAsking(false)}
        onGranted={(granted) => {
          setGrant(granted);
          setAsking(false);
        }}
      />
    </section>
  );
}
