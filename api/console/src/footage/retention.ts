import type { TFunction } from "i18next";

import type { FootageGap, RetentionRow, RetentionState } from "../http/types";
import { bySchool, compareNames, type Group } from "../schools/schools";
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

/** The worst first, then by place and name. */
export function compareRows(a: RetentionRow, b: RetentionRow): number {
  return (
    RETENTION_STATES.indexOf(a.state) - RETENTION_STATES.indexOf(b.state) ||
    a.location.localeCompare(b.location, "zh-CN") ||
    a.name.localeCompare(b.name, "zh-CN") ||
    a.camera_id.localeCompare(b.camera_id)
  );
}

/** The state of one school at a glance. */
export interface SchoolSummary {
  /** Cameras by state, the worst first; states no camera is in are left out. */
  states: { state: RetentionState; count: number }[];
  /** Cameras whose footage was deleted before its time. */
  broken: number;
  /** Cameras whose promise will not be kept as things are. */
  breaking: number;
}

export function summarize(rows: readonly RetentionRow[]): SchoolSummary {
  const count = (holds: (row: RetentionRow) => boolean) => rows.filter(holds).length;
  return {
    states: RETENTION_STATES.map((state) => ({
      state,
      count: count((row) => row.state === state),
    })).filter((each) => each.count > 0),
    broken: count((row) => (row.facts?.broken_promises.length ?? 0) > 0),
    breaking: count((row) => Boolean(row.facts?.forecast?.breaks_on)),
  };
}

/** Missing footage weighs most, then what nobody can tell, then what is kept too long. */
const WEIGHTS: readonly ((row: RetentionRow) => boolean)[] = [
  (row) => retentionTone(row.state) === "gap",
  (row) => row.state === "unknown",
  (row) => row.state === "over_retained",
  (row) => row.state === "immature",
];

/** One table for each school: the worst school first, and in each the worst camera. */
export function retentionBySchool(rows: readonly RetentionRow[]): Group<RetentionRow>[] {
  const weight = WEIGHTS.map((holds) => (group: Group<RetentionRow>) => group.rows.filter(holds).length);
  const groups = bySchool(rows).sort((a, b) => {
    const heavier = weight.map((of) => of(b) - of(a)).find((difference) => difference !== 0);
    return heavier ?? compareNames(a, b);
  });
  for (const group of groups) group.rows.sort(compareRows);
  return groups;
}

export function nobodyReports(rows: readonly RetentionRow[]): boolean {
  return rows.every((row) => row.facts === null);
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

/** "2026-11-24 14:02:31" by the clock of the school, wherever the reader is. */
export function schoolTime(moment: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(moment));
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((each) => each.type === type)?.value ?? "";
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  return `${day} ${part("hour")}:${part("minute")}:${part("second")}`;
}

/** A gap as two moments; the day of the end only when it is another one. */
export function gapSpan(gap: FootageGap, timeZone: string): string {
  const from = schoolTime(gap.from_at, timeZone);
  const to = schoolTime(gap.to_at, timeZone);
  return `${from} – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}
