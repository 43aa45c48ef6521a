import type { AlertSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import styles from "./player.module.css";

interface Props {
  alert: AlertSummary;
  /** The box belongs to one moment; the zone is always there. */
  withBox: boolean;
}

function points(shape: readonly (readonly [number, number])[]): string {
  return shape.map(([x, y]) => `${x},${y}`).join(" ");
}

/** Zone or line and the decisive box, drawn from data over the picture. */
export function Overlay({ alert, withBox }: Props) {
  const term = useTerm();
  const [x1, y1, x2, y2] = alert.box_norm_xyxy;
  const left = Math.max(0, x1);
  const top = Math.max(0, y1);
  const box = { x: left, y: top, width: Math.min(1, x2) - left, height: Math.min(1, y2) - top };
  const isLine = alert.rule === "line_crossing" || alert.zone_norm.length < 3;
  const Shape = isLine ? "polyline" : "polygon";
  return (
    <div className={styles.overlay} data-risk={alert.risk} data-testid="overlay" aria-hidden="true">
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" className={styles.svg}>
        {alert.zone_norm.length > 1 && (
          <>
            <Shape points={points(alert.zone_norm)} className={styles.casing} />
            <Shape
              points={points(alert.zone_norm)}
              className={isLine ? styles.line : styles.zone}
              data-testid="zone-shape"
            />
          </>
        )}
        {withBox && (
          <>
            <rect {...box} className={styles.casing} />
            <rect {...box} className={styles.box} data-testid="box" />
          </>
        )}
      </svg>
      {withBox && alert.classes.length > 0 && (
        <span
          className={top < 0.06 ? `${styles.label} ${styles.inside}` : styles.label}
          style={{
            top: `${top * 100}%`,
            // Near the right edge the words would leave the picture.
            ...(left > 0.75 ? { right: `${Math.max(0, 1 - x2) * 100}%` } : { left: `${left * 100}%` }),
          }}
        >
          {alert.classes.map((name) => term("object_class", name)).join(" · ")}{" "}
          {alert.score.toFixed(2)}
        </span>
      )}
    </div>
  );
}
