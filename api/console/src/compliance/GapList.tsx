import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { FootageAlarms } from "../footage/FootageAlarms";
import { GapDetail } from "../footage/GapDetail";
import { daysOrLess, floorDays, gapSpan, schoolTime } from "../footage/retention";
import { api } from "../http/api";
import { keys } from "../http/keys";
import type { RetentionDetail, RetentionFacts } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration, secondsBetween } from "../time/format";
import { ErrorPanel } from "../ui/ErrorPanel";
import styles from "./compliance.module.css";

/** Every interval without footage with its cause, and every promise that was broken. */
export function GapList({ cameraKey, facts }: { cameraKey: number; facts: RetentionFacts }) {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useQuery({
    queryKey: keys.retentionOf(cameraKey),
    queryFn: () => api.retentionOf(cameraKey),
  });
  const found = query.data;
  return (
    <div className={styles.reasons} data-testid="gap-list">
      <dl className={styles.moments}>
        <div>
          <dt>{t("retention.continuousSince")}</dt>
          <dd>
            {found?.oldest_continuous_at
              ? schoolTime(found.oldest_continuous_at, facts.time_zone)
              : t(found?.state === "unknown" ? "compliance.notKnown" : "retention.none")}
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
                  span: gapSpan(broken, facts.time_zone),
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
      {query.isError && !found && (
        <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />
      )}
      {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
      {found && <Gaps found={found} zone={facts.time_zone} />}
      {found && <Claim found={found} />}
    </div>
  );
}

function Gaps({ found, zone }: { found: RetentionDetail; zone: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (found.gap_count === 0) {
    return (
      <p className={styles.muted}>
        {t(found.state === "unknown" ? "retention.gapsUnknown" : "retention.noGaps")}
      </p>
    );
  }
  return (
    <>
      <ul className={styles.list}>
        {found.gaps.map((gap) => (
          <li key={`${gap.from_at} ${gap.to_at}`} data-testid="gap" data-cause={gap.cause}>
            <Link
              to={`/recordings/${found.camera_key}?at=${encodeURIComponent(gap.from_at)}`}
              className={styles.span}
            >
              {gapSpan(gap, zone)}
            </Link>
            <span className={styles.length}>
              {formatDuration(t, secondsBetween(gap.from_at, gap.to_at))}
            </span>
            <strong>{term("gap_cause", gap.cause)}</strong>
            <GapDetail gap={gap} className={styles.muted} codeClassName={styles.detail} />
          </li>
        ))}
      </ul>
      {found.is_truncated && (
        <p className={styles.muted}>{t("retention.moreGaps", { n: found.gaps.length })}</p>
      )}
    </>
  );
}

/** What the box makes of it by the days in its own file; only where that is something else. */
function Claim({ found }: { found: RetentionDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { claim } = found;
  if (!claim || (claim.state === found.state && claim.required_days === found.required_days)) {
    return null;
  }
  return (
    <p className={styles.muted} data-testid="box-claim">
      {t("retention.claim", {
        state: term("retention_state", claim.state),
        days: claim.required_days,
        proven: daysOrLess(t, claim.proven_days),
      })}
    </p>
  );
}
