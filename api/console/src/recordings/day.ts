/* A day on a timeline: what is drawn where, and where the keys lead. Times are milliseconds. */
import type { RecordingDay } from "../http/types";

export interface Range {
  from: number;
  to: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Nobody needs to see less than this at once. */
export const CLOSEST_MS = 2 * MINUTE;
const STEPS = [10_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR];
const LONGEST_STEP = 6 * HOUR;
/** As many hours as fit beside each other on a screen, and on a phone. */
export const TICKS = { wide: 13, narrow: 4 } as const;
/** Shorter holes between what was told are rounding. */
const SEAM_MS = 2000;
/** An alert is looked at from a little before it began. */
export const LEAD_MS = 10_000;

export function rangeOf(each: { from_at: string; to_at: string }): Range {
  return { from: Date.parse(each.from_at), to: Date.parse(each.to_at) };
}

/** The part of the day of which nobody told whether there is footage. */
export function untold(day: RecordingDay): Range[] {
  const whole = rangeOf(day);
  const until = Math.min(whole.to, Date.parse(day.as_of));
  const told = [...day.spans, ...day.gaps].map(rangeOf).sort((a, b) => a.from - b.from);
  const found: Range[] = [];
  let at = whole.from;
  for (const each of told) {
    if (each.from - at >= SEAM_MS) found.push({ from: at, to: Math.min(each.from, until) });
    at = Math.max(at, each.to);
  }
  if (until - at >= SEAM_MS) found.push({ from: at, to: until });
  return found.filter((each) => each.to > each.from);
}

type Held = RecordingDay["held"][number];

/** A recorder and the channel there, as people tell them apart. */
export function originOf(each: Held): string {
  return `${each.device}/${each.channel}`;
}

/** Whether a recorder has not said what it has: nothing of the day is known to be missing then. */
export function isRecorderUnsaid(day: RecordingDay): boolean {
  return day.is_recorder_asked || day.recorder_trouble !== null;
}

/** Recorders that have footage of the day, each once. */
export function origins(day: RecordingDay): string[] {
  return [...new Set(day.held.map(originOf))];
}

/** What of a range a recorder has, with the range cut to it. */
export function heldIn(day: RecordingDay, range: Range): { held: Held; range: Range }[] {
  return day.held
    .map((held) => {
      const { from, to } = rangeOf(held);
      return { held, range: { from: Math.max(from, range.from), to: Math.min(to, range.to) } };
    })
    .filter(({ range: part }) => part.to > part.from);
}

/** The recorder that a moment's footage comes from; null when it lies on the box, or nowhere. */
export function heldAt(day: RecordingDay, at: number): string | null {
  const [found] = heldIn(day, { from: at, to: at + 1 });
  return found ? originOf(found.held) : null;
}

/** Footage that lies on the box: what a recorder has is fetched, and drawn as such. */
export function ownSpans(day: RecordingDay): Range[] {
  const held = day.held.map(rangeOf).sort((a, b) => a.from - b.from);
  return day.spans.map(rangeOf).flatMap((span) => {
    const found: Range[] = [];
    let at = span.from;
    for (const each of held) {
      if (each.from > at) found.push({ from: at, to: Math.min(each.from, span.to) });
      at = Math.max(at, each.to);
      if (at >= span.to) break;
    }
    if (span.to > at) found.push({ from: at, to: span.to });
    return found.filter((each) => each.to > each.from);
  });
}

/** Gaps of a camera that was recorded already; before its first footage nothing is missing. */
export function gapsOf(day: RecordingDay): RecordingDay["gaps"] {
  return day.gaps.filter((gap) => gap.cause !== "before_first_footage");
}

export interface Sums {
  recordedS: number;
  missingS: number;
  /** Of what was told, 0–1; null when nothing was. */
  share: number | null;
}

/** How much of the day so far has footage. */
export function sums(day: RecordingDay): Sums {
  const total = (ranges: Range[]) => ranges.reduce((sum, each) => sum + (each.to - each.from), 0) / 1000;
  const recordedS = total(day.spans.map(rangeOf));
  const missingS = total(gapsOf(day).map(rangeOf));
  const told = recordedS + missingS;
  return { recordedS, missingS, share: told > 0 ? recordedS / told : null };
}

/** Places worth going to, in order: where a gap begins, and shortly before an alert. */
export function stops(day: RecordingDay): number[] {
  const whole = rangeOf(day);
  const found = [
    ...gapsOf(day).map((gap) => Date.parse(gap.from_at) - LEAD_MS / 2),
    ...day.alerts.map((alert) => Date.parse(alert.started_at) - LEAD_MS),
  ].map((at) => Math.max(whole.from, at));
  return [...new Set(found)].sort((a, b) => a - b);
}

/** The next stop after a moment, or the last one before it; pressing a key again goes on. */
export function nextStop(day: RecordingDay, at: number, direction: -1 | 1): number | null {
  const all = stops(day);
  if (direction > 0) return all.find((stop) => stop > at + 1000) ?? null;
  return all.filter((stop) => stop < at - 3000).at(-1) ?? null;
}

/** Show more or less of the day, with the same moment under the pointer. */
export function zoom(view: Range, whole: Range, factor: number, around: number): Range {
  const length = Math.min(whole.to - whole.from, Math.max(CLOSEST_MS, (view.to - view.from) * factor));
  const share = (around - view.from) / (view.to - view.from);
  return within({ from: around - share * length, to: around + (1 - share) * length }, whole);
}

/** Moved, if need be, so that it lies in the day. */
export function within(view: Range, whole: Range): Range {
  const length = Math.min(view.to - view.from, whole.to - whole.from);
  const from = Math.min(Math.max(view.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** Moved so that a moment can be seen. */
export function showing(view: Range, whole: Range, at: number): Range {
  if (at >= view.from && at <= view.to) return view;
  const half = (view.to - view.from) / 2;
  return within({ from: at - half, to: at + half }, whole);
}

/** Moments to label, counted from the school's midnight. */
export function ticks(view: Range, whole: Range, most: number = TICKS.wide): number[] {
  const length = view.to - view.from;
  const step = STEPS.find((each) => length / each <= most) ?? LONGEST_STEP;
  const found: number[] = [];
  for (let at = whole.from + Math.ceil((view.from - whole.from) / step) * step; at <= view.to; at += step) {
    found.push(at);
  }
  return found;
}

/** Where a moment lies in the view, in per cent; beyond its edges too. */
export function percent(at: number, view: Range): number {
  return ((at - view.from) / (view.to - view.from)) * 100;
}

const CLOCKS = new Map<string, Intl.DateTimeFormat>();

/** "14:02:31" or "14:02" by the school's clock. */
export function schoolClock(at: number, timeZone: string, seconds = true): string {
  const key = `${timeZone} ${seconds}`;
  let clock = CLOCKS.get(key);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      ...(seconds ? { second: "2-digit" as const } : {}),
      hourCycle: "h23",
    });
    CLOCKS.set(key, clock);
  }
  return clock.format(at);
}

/** A calendar day so many days later. */
export function shiftDay(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Where to begin when nobody said: shortly before the end of the newest footage. */
export function firstMoment(day: RecordingDay): number {
  const last = [...day.spans, ...day.held].sort((a, b) => Date.parse(a.to_at) - Date.parse(b.to_at)).at(-1);
  if (!last) return Date.parse(day.from_at);
  const { from, to } = rangeOf(last);
  return Math.max(from, to - 60_000);
}
