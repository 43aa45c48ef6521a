import type { TFunction } from "i18next";

import type { FootageGap, RetentionState } from "../http/types";
import { formatDuration } from "../time/format";

/** The worst first. */
export const RETENTION_STATES: readonly RetentionState[] = [
  "gap",
  "insufficient",
  "offline",
  "unknown",
  "over_retained",
  "immature",
  "compliant",
];

/** How a state is drawn: only a kept promise is green, what nobody can tell is hatched. */
export type RetentionTone = "ok" | "gap" | "unknown" | "noted";

export function retentionTone(state: RetentionState): RetentionTone {
  switch (state) {
    case "compliant":
      return "ok";
    case "gap":
    case "insufficient":
    case "offline":
      return "gap";
    case "immature":
    case "unknown":
      return "unknown";
    case "over_retained":
      return "noted";
  }
}

/** One decimal, rounded down: 29.96 days are not 30. */
export function floorDays(days: number): string {
  return (Math.floor(days * 10 + 1e-9) / 10).toFixed(1);
}

/** "29.9 天"; less than a day as "3 小时 20 分", rounded down as well. */
export function daysOrLess(t: TFunction, days: number): string {
  if (days >= 1 || days <= 0) return t("retention.days", { n: floorDays(days) });
  const minutes = Math.floor(days * 1440 + 1e-9);
  return formatDuration(t, minutes > 0 ? minutes * 60 : Math.floor(days * 86_400));
}

/** Two decimals, rounded down: what is not all is never 100. */
export function floorPercent(fraction: number): string {
  if (fraction >= 1) return "100";
  return Math.min(99.99, Math.floor(fraction * 10_000 + 1e-9) / 100).toFixed(2);
}

const DAY_MS = 86_400_000;

/** "2026-11-24 14:02:31" by the clock of the school, wherever the reader is; with its offset in an hour that comes twice. */
export function schoolTime(moment: string, timeZone: string): string {
  const at = Math.floor(Date.parse(moment) / 1000) * 1000;
  const text = onClock(at, timeZone);
  const offset = (ms: number) => Date.parse(`${onClock(ms, timeZone).replace(" ", "T")}Z`) - ms;
  const turned = offset(at - DAY_MS) - offset(at + DAY_MS);
  const comesTwice = turned > 0 && [at - turned, at + turned].some((other) => onClock(other, timeZone) === text);
  return comesTwice ? `${text}${signed(offset(at) / 60_000)}` : text;
}

/** "+0200" */
function signed(minutes: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}${two(Math.abs(minutes) % 60)}`;
}

function onClock(ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(ms));
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((each) => each.type === type)?.value ?? "";
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  return `${day} ${part("hour")}:${part("minute")}:${part("second")}`;
}

/** A gap as two moments; the day of the end only when it is another one. */
export function gapSpan(gap: Pick<FootageGap, "from_at" | "to_at">, timeZone: string): string {
  const from = schoolTime(gap.from_at, timeZone);
  const to = schoolTime(gap.to_at, timeZone);
  return `${from} – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}
