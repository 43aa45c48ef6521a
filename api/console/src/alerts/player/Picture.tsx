import type { CSSProperties, ReactNode } from "react";

import type { AlertSummary } from "../../http/types";
import styles from "./player.module.css";

/** Width over height of the camera's picture. */
export function pictureRatio(alert: AlertSummary): number {
  const size = alert.snapshot_size ?? { width: 16, height: 9 };
  return size.width / size.height;
}

/** Fits a picture of the camera's own shape into whatever room there is, so that what is drawn
 * over it lies exactly on it. */
export function Picture({ alert, children }: { alert: AlertSummary; children: ReactNode }) {
  const ratio = { "--ratio": pictureRatio(alert) } as CSSProperties;
  return (
    <div className={styles.room}>
      <div className={styles.picture} style={ratio}>
        {children}
      </div>
    </div>
  );
}
