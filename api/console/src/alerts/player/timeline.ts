/* Where things lie within a clip, in seconds from its start. Pure. */
import type { AlertSummary } from "../../http/types";

/** The box is the one of the moment; people walk on, so it is shown around that moment only. */
export const BOX_AROUND_S = 0.6;
/** Playback begins this long before the moment. */
const LEAD_S = 3;

export interface ClipTimes {
  durationS: number;
  /** The moment the alert was raised. */
  momentS: number;
  /** The episode's part of the clip. */
  eventStartS: number;
  eventEndS: number;
  /** Where playback begins. */
  beginS: number;
}

function clamp(value: number, high: number): number {
  return Math.min(Math.max(0, value), high);
}

/** Null without a clip. `measuredS`: the file's own length once the browser knows it. */
export function clipTimes(alert: AlertSummary, measuredS?: number): ClipTimes | null {
  if (!alert.clip_url || !alert.clip_starts_at) return null;
  const durationS = measuredS ?? alert.clip_duration_s ?? 0;
  const start = Date.parse(alert.clip_starts_at);
  const at = (moment: string) => clamp((Date.parse(moment) - start) / 1000, durationS);
  const momentS = at(alert.raised_at);
  return {
    durationS,
    momentS,
    eventStartS: at(alert.started_at),
    eventEndS: at(alert.ended_at),
    beginS: Math.max(0, momentS - LEAD_S),
  };
}

export function boxIsCurrent(times: ClipTimes, timeS: number): boolean {
  return Math.abs(timeS - times.momentS) <= BOX_AROUND_S;
}

/** "−2.4", "+0.8": seconds from the moment, with a real minus sign. */
export function offsetText(times: ClipTimes, timeS: number): string {
  const offset = Math.round((timeS - times.momentS) * 10) / 10;
  const size = Math.abs(offset).toFixed(1);
  return offset < 0 ? `−${size}` : `+${size}`;
}
