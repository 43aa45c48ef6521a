import { Tooltip } from "antd";
import { useEffect, useEffectEvent, useRef, useState, type CSSProperties, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import type { RecordingDay } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration } from "../time/format";
import { useNarrow } from "../ui/useNarrow";
import { LEAD_MS, originOf, ownSpans, percent, rangeOf, schoolClock, TICKS, ticks, untold, zoom, type Range } from "./day";
import styles from "./recordings.module.css";

interface Props {
  day: RecordingDay;
  view: Range;
  onView: (view: Range) => void;
  position: number | null;
  onSeek: (at: number) => void;
}

/** A day: footage and gaps, alerts, and what each rule really looked at, under one cursor. */
export function Timeline({ day, view, onView, position, onSeek }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const narrow = useNarrow();
  const lanes = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const whole = rangeOf(day);
  const clock = (at: number, seconds = true) => schoolClock(at, day.time_zone, seconds);

  const momentAt = (clientX: number): number => {
    const box = lanes.current?.getBoundingClientRect();
    if (!box || box.width === 0) return view.from;
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    return view.from + share * (view.to - view.from);
  };
  const onPointer = (event: PointerEvent) => setHover(momentAt(event.clientX));

  // React's own wheel handlers cannot keep the page from scrolling.
  const onWheel = useEffectEvent((event: WheelEvent) => {
    if (!event.ctrlKey && Math.abs(event.deltaY) <= Math.abs(event.deltaX)) return;
    event.preventDefault();
    onView(zoom(view, whole, event.deltaY > 0 ? 1.25 : 0.8, momentAt(event.clientX)));
  });
  useEffect(() => {
    const element = lanes.current;
    if (!element) return undefined;
    const turned = (event: WheelEvent) => onWheel(event);
    element.addEventListener("wheel", turned, { passive: false });
    return () => element.removeEventListener("wheel", turned);
  }, []);

  const place = (range: Range): CSSProperties => {
    const left = percent(Math.max(range.from, view.from), view);
    const right = percent(Math.min(range.to, view.to), view);
    return { left: `${left}%`, width: `${Math.max(0, right - left)}%` };
  };
  const visible = (range: Range) => range.to > view.from && range.from < view.to;
  const until = Math.min(whole.to, Date.parse(day.as_of));

  return (
    <div className={styles.timeline} data-testid="timeline">
      <div className={styles.names} aria-hidden="true">
        <span className={styles.tickName} />
        <span>{t("recordings.lane.alerts")}</span>
        <span>{t("recordings.lane.footage")}</span>
        {day.analysed.map((rule) => (
          <span key={rule.rule_id} title={rule.rule_id}>
            {term("rules", rule.rule)}
          </span>
        ))}
      </div>
      <div
        ref={lanes}
        className={styles.lanes}
        role="presentation"
        onPointerMove={onPointer}
        onPointerLeave={() => setHover(null)}
        onClick={(event) => onSeek(momentAt(event.clientX))}
        data-testid="timeline-lanes"
      >
        {/* Beside the alerts and not around them: what is inside a slider is not read out. */}
        <div
          className={styles.slider}
          role="slider"
          tabIndex={0}
          aria-label={t("recordings.timeline")}
          aria-valuemin={whole.from}
          aria-valuemax={whole.to}
          aria-valuenow={position ?? whole.from}
          aria-valuetext={position === null ? "" : clock(position)}
        />
        <div className={styles.ticks}>
          {ticks(view, whole, narrow ? TICKS.narrow : TICKS.wide).map((at) => (
            <span key={at} className={styles.tick} style={{ left: `${percent(at, view)}%` }}>
              {clock(at, view.to - view.from < 600_000)}
            </span>
          ))}
        </div>
        <div className={styles.alerts} data-testid="lane-alerts">
          {day.alerts
            .map((alert) => ({ alert, from: Date.parse(alert.started_at), to: Date.parse(alert.ended_at) }))
            .filter(({ from, to }) => visible({ from, to: Math.max(to, from + 1) }))
            .map(({ alert, from }) => (
              <Tooltip key={alert.id} title={`${clock(from)} ${term("rules", alert.rule)} · ${term("alert_status", alert.status)}`}>
                <button
                  type="button"
                  className={styles.alert}
                  data-risk={alert.risk}
                  data-testid="alert-mark"
                  style={{ left: `${percent(from, view)}%` }}
                  aria-label={`${clock(from)} ${term("rules", alert.rule)}`}
                  onClick={(event) => {
                    event.stopPropagation();
                    onSeek(from - LEAD_MS);
                  }}
                />
              </Tooltip>
            ))}
        </div>
        <div className={styles.footage} data-testid="lane-footage">
          {ownSpans(day).filter(visible).map((range) => (
            <span key={range.from} className={styles.span} style={place(range)} data-testid="span" />
          ))}
          {untold(day).filter(visible).map((range) => (
            <span key={range.from} className={`${styles.untold} hatched`} style={place(range)} data-testid="untold" />
          ))}
          {day.gaps
            .map((gap) => ({ gap, range: rangeOf(gap) }))
            .filter(({ range }) => visible(range))
            .map(({ gap, range }) => (
              <Tooltip
                key={range.from}
                title={`${clock(range.from)}–${clock(range.to)} ${term("gap_cause", gap.cause)} · ${formatDuration(t, (range.to - range.from) / 1000)}`}
              >
                <span className={styles.gap} style={place(range)} data-cause={gap.cause} data-testid="gap-mark" />
              </Tooltip>
            ))}
          {day.held
            .map((held) => ({ held, range: rangeOf(held) }))
            .filter(({ range }) => visible(range))
            .map(({ held, range }) => (
              <Tooltip
                key={`${range.from} ${originOf(held)}`}
                title={`${clock(range.from)}–${clock(range.to)} ${t("recordings.held.by", { from: originOf(held) })} · ${formatDuration(t, (range.to - range.from) / 1000)}`}
              >
                <span className={styles.held} style={place(range)} data-testid="held-mark" />
              </Tooltip>
            ))}
        </div>
        {day.analysed.map((rule) => (
          <div key={rule.rule_id} className={styles.analysed} data-testid="lane-analysed">
            {rule.stretches
              .map((stretch) => ({ stretch, range: rangeOf(stretch) }))
              .filter(({ range }) => visible(range))
              .map(({ stretch, range }) => (
                <Tooltip
                  key={range.from}
                  title={`${clock(range.from)}–${clock(range.to)} ${
                    stretch.missed_for ? term("missing_reason", stretch.missed_for) : t("recordings.looked")
                  }`}
                >
                  <span className={styles.stretch} style={place(range)} data-missed={stretch.missed_for ?? ""} />
                </Tooltip>
              ))}
          </div>
        ))}
        {until < view.to && until > view.from && (
          <span className={styles.now} style={{ left: `${percent(until, view)}%` }} aria-hidden="true" />
        )}
        {hover !== null && (
          <span className={styles.hover} style={{ left: `${percent(hover, view)}%` }} aria-hidden="true">
            <span className={styles.flag}>{clock(hover)}</span>
          </span>
        )}
        {position !== null && position >= view.from && position <= view.to && (
          <span className={styles.cursor} style={{ left: `${percent(position, view)}%` }} data-testid="cursor" aria-hidden="true" />
        )}
      </div>
    </div>
  );
}
