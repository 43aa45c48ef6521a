import { RightOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { RiskMark } from "../alert/RiskMark";
import { StatusMark } from "../alert/StatusMark";
import { GapDetail } from "../footage/GapDetail";
import { schoolTime } from "../footage/retention";
import type { RecordingDay } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration } from "../time/format";
import { gapsOf, heldIn, LEAD_MS, originOf, rangeOf, schoolClock } from "./day";
import styles from "./recordings.module.css";

/** Gaps and alerts of the day in words; each is a place to look at. */
export function EventList({ day, onSeek }: { day: RecordingDay; onSeek: (at: number) => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const clock = (moment: string) => schoolClock(Date.parse(moment), day.time_zone);
  const gaps = gapsOf(day);
  return (
    <aside className={styles.events}>
      <h2 className={styles.heading}>{t("recordings.gaps", { count: gaps.length })}</h2>
      {gaps.length === 0 ? (
        <p className={styles.muted}>{t(day.spans.length > 0 ? "recordings.noGaps" : "recordings.noneTold")}</p>
      ) : (
        <ul className={styles.list} data-testid="day-gaps">
          {gaps.map((gap) => {
            const { from, to } = rangeOf(gap);
            return (
              <li key={gap.from_at}>
                <button type="button" className={styles.event} onClick={() => onSeek(from - LEAD_MS / 2)} data-testid="day-gap" data-cause={gap.cause}>
                  <span className={styles.clock}>{`${clock(gap.from_at)}–${clock(gap.to_at)}`}</span>
                  <strong>{term("gap_cause", gap.cause)}</strong>
                  <span className={styles.muted}>{formatDuration(t, (to - from) / 1000)}</span>
                </button>
                <GapDetail gap={gap} className={styles.cause} codeClassName={styles.detail} />
                {heldIn(day, { from, to }).map(({ held, range }) => (
                  <button
                    key={`${range.from} ${originOf(held)}`}
                    type="button"
                    className={styles.event}
                    onClick={() => onSeek(range.from)}
                    data-testid="gap-held"
                  >
                    <span className={styles.clock}>{`${schoolClock(range.from, day.time_zone)}–${schoolClock(range.to, day.time_zone)}`}</span>
                    <span className={styles.muted}>{t("recordings.held.play", { from: originOf(held) })}</span>
                  </button>
                ))}
              </li>
            );
          })}
        </ul>
      )}
      {day.recovered.length > 0 && (
        <>
          <h2 className={styles.heading}>{t("recordings.recovered", { count: day.recovered.length })}</h2>
          <ul className={styles.list} data-testid="day-recovered">
            {day.recovered.map((span) => (
              <li key={`${span.from_at} ${span.device}`}>
                <button type="button" className={styles.event} onClick={() => onSeek(Date.parse(span.from_at))} data-testid="day-recovered-span">
                  <span className={styles.clock}>{`${clock(span.from_at)}–${clock(span.to_at)}`}</span>
                  <strong>{t("recordings.recoveredFrom", { from: `${span.device}/${span.channel}` })}</strong>
                  {span.recovered_at && (
                    <span className={styles.muted}>
                      {t("recordings.recoveredAt", { at: schoolTime(span.recovered_at, day.time_zone) })}
                    </span>
                  )}
                </button>
              </li>
            ))}
          </ul>
          <p className={styles.muted}>{t("compliance.recovered.proof")}</p>
        </>
      )}
      {day.held.length > 0 && <p className={styles.muted} data-testid="held-hint">{t("recordings.held.hint")}</p>}
      <h2 className={styles.heading}>{t("recordings.alerts", { count: day.alerts.length })}</h2>
      {day.alerts.length === 0 ? (
        <p className={styles.muted}>{t("recordings.noAlerts")}</p>
      ) : (
        <ul className={styles.list} data-testid="day-alerts">
          {day.alerts.map((alert) => (
            <li key={alert.id} className={styles.alertLine}>
              <button type="button" className={styles.event} onClick={() => onSeek(Date.parse(alert.started_at) - LEAD_MS)} data-testid="day-alert">
                <span className={styles.clock}>{clock(alert.started_at)}</span>
                <strong>{term("rules", alert.rule)}</strong>
              </button>
              <RiskMark risk={alert.risk} />
              <StatusMark status={alert.status} />
              <Link
                to={`/alerts/${alert.id}`}
                className={styles.door}
                title={t("recordings.toAlert")}
                aria-label={`${t("recordings.toAlert")} ${clock(alert.started_at)}`}
              >
                <RightOutlined aria-hidden="true" />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {day.has_more_alerts && <p className={styles.muted}>{t("recordings.moreAlerts", { n: day.alerts.length })}</p>}
    </aside>
  );
}
