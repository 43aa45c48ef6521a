import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AlertSummary } from "../../http/types";
import { useLive } from "../../live/LiveProvider";
import { useMay, usePictures } from "../../session/policy";
import { Picture } from "../player/Picture";
import styles from "./queue.module.css";

/** The row's still; words where it has not arrived or cannot be read, and another try when it may. */
export function Thumb({ alert: told }: { alert: AlertSummary }) {
  const alert = usePictures(told);
  const seesPictures = useMay()("see_pictures");
  const { t } = useTranslation();
  const { status } = useLive();
  const attempt = `${alert.snapshot_url ?? ""} ${status}`;
  const [failed, setFailed] = useState<string | null>(null);
  return (
    <div className={styles.thumb}>
      {alert.snapshot_url && failed !== attempt ? (
        <Picture alert={alert}>
          <img
            src={alert.snapshot_url}
            alt=""
            loading="lazy"
            decoding="async"
            className={styles.thumbImage}
            onError={() => setFailed(attempt)}
          />
        </Picture>
      ) : (
        <span className={styles.noThumb}>{t(seesPictures ? "queue.noStill" : "notAllowed.pictures")}</span>
      )}
    </div>
  );
}
