import { useTranslation } from "react-i18next";

import type { Figures } from "../http/types";
import { judged, percent } from "./precision";
import styles from "./precision.module.css";

/** A share as a bar, and between which bounds the true one may lie; hatched where few were judged. */
export function Share({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const { precision, is_small: small } = figures;
  if (!precision) return <span className={styles.muted}>{t("precision.noneJudged")}</span>;
  const { value, low, high } = precision;
  return (
    <div className={styles.share} data-testid="precision-share" data-small={small}>
      <strong>{t("precision.percent", { n: percent(value) })}</strong>
      <span className={styles.muted}>
        {t("precision.interval", { low: percent(low), high: percent(high) })}
      </span>
      <svg className={styles.bar} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.track} width="100" height="8" />
        <rect className={styles.range} x={low * 100} width={(high - low) * 100} height="8" />
        <rect className={styles.value} x={Math.min(99, value * 100 - 0.5)} width="1" height="8" />
      </svg>
      {small && (
        <span className={`${styles.small} hatched`}>
          {t("precision.small", { count: judged(figures) })}
        </span>
      )}
    </div>
  );
}
