import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { RetentionFacts } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration, secondsBetween } from "../time/format";
import styles from "./compliance.module.css";
import { FootageAlarms } from "../footage/FootageAlarms";
import { GapDetail } from "../footage/GapDetail";
import { floorDays, gapSpan, schoolTime } from "../footage/retention";

/** Every interval without footage with its cause, and every promise that was broken. */
export function GapList({ cameraKey, facts }: { cameraKey: number; facts: RetentionFacts }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <div className={styles.reasons} data-testid="gap-list">
      <dl className={styles.moments}>
        <div>
          <dt>{t("retention.continuousSince")}</dt>
          <dd>
            {facts.oldest_continuous_at
              ? schoolTime(facts.oldest_continuous_at, facts.time_zone)
              : t("retention.none")}
          </dd>
        </div>
        <div>
          <dt>{t("retention.oldest")}</dt>
          <dd>
            {facts.oldest_footage_at
              ? schoolTime(facts.oldest_footage_at, facts.time_zone)
              : t("retention.none")}
          </dd>
        </div>
        <div>
          <dt>{t("retention.timeZone")}</dt>
          <dd>{facts.time_zone}</dd>
        </div>
      </dl>
      <FootageAlarms alarms={facts.alarms} />
      {facts.broken_promises.length > 0 && (
        <>
          <h3 className={styles.caption}>{t("retention.broken")}</h3>
          <ul className={styles.list}>
            {facts.broken_promises.map((broken) => (
              <li key={`${broken.broken_at} ${broken.from_at}`} data-testid="broken-promise">
                {t("retention.brokenLine", {
                  at: schoolTime(broken.broken_at, facts.time_zone),
                  span: gapSpan({ ...broken, cause: "deleted" }, facts.time_zone),
                  kept: floorDays(broken.kept_days),
                  promised: broken.promised_days,
                  why: term("broken_reason", broken.why),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className={styles.caption}>{t("retention.gaps")}</h3>
      {facts.gap_count === 0 ? (
        <p className={styles.muted}>{t("retention.noGaps")}</p>
      ) : (
        <ul className={styles.list}>
          {facts.gaps.map((gap) => (
            <li key={`${gap.from_at} ${gap.to_at}`} data-testid="gap" data-cause={gap.cause}>
              <Link
                to={`/recordings/${cameraKey}?at=${encodeURIComponent(gap.from_at)}`}
                className={styles.span}
              >
                {gapSpan(gap, facts.time_zone)}
              </Link>
              <span className={styles.length}>
                {formatDuration(t, secondsBetween(gap.from_at, gap.to_at))}
              </span>
              <strong>{term("gap_cause", gap.cause)}</strong>
              <GapDetail gap={gap} className={styles.muted} codeClassName={styles.detail} />
            </li>
          ))}
        </ul>
      )}
      {facts.is_truncated && (
        <p className={styles.muted}>{t("retention.moreGaps", { n: facts.gaps.length })}</p>
      )}
    </div>
  );
}
