/* One camera's days as they are drawn: pure. */
import type { CameraDays, DayCell, HeldDay } from "../http/types";

/** Whole, with something missing, whole since it was fetched later, or nobody can tell. */
export type Tone = "ok" | "gap" | "recovered" | "unknown";

export interface Day {
  day: string;
  tone: Tone;
  /** What of the day is there as far as we know; null when nobody can tell. */
  share: number | null;
  /** The verdict of the day itself; absent when it was never judged. */
  judged: DayCell | null;
}

const DAY_MS = 86_400_000;

/** Each day from the first to the last, both included. */
export function daysBetween(from: string, until: string): string[] {
  const days = [];
  for (let at = Date.parse(from); at <= Date.parse(until); at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

/** From 0, Monday: where a day stands in its week. */
export function weekdayOf(day: string): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}

export function daysOf(camera: CameraDays, days: readonly string[]): Day[] {
  const judged = new Map(camera.days.map((cell) => [cell.day, cell]));
  const held = new Map(camera.held.map((each) => [each.day, each]));
  return days.map((day) => drawn(day, judged.get(day) ?? null, held.get(day)));
}

/** By the day's own footage: one gap would otherwise paint all the days whose verdict it spoils. */
function drawn(day: string, judged: DayCell | null, held: HeldDay | undefined): Day {
  const then = judged && judged.state !== "unknown" ? judged.share : null;
  const isHeldKnown = held && (held.share < 1 || !held.has_unverified);
  const share = isHeldKnown ? held.share : held ? null : then;
  if (share === null) return { day, tone: "unknown", share, judged };
  if (share < 1) return { day, tone: "gap", share, judged };
  return { day, tone: then !== null && then < 1 ? "recovered" : "ok", share, judged };
}

/** Days of one kind that follow each other. */
export interface Run {
  from: string;
  until: string;
  tone: Tone;
  /** The least of them. */
  share: number | null;
}

/** The same in words: what is not simply whole, days together that are alike. */
export function runsOf(days: readonly Day[]): Run[] {
  const runs: Run[] = [];
  for (const { day, tone, share } of days) {
    const last = runs.at(-1);
    if (last?.tone === tone) {
      last.until = day;
      if (share !== null && last.share !== null) last.share = Math.min(last.share, share);
    } else {
      runs.push({ from: day, until: day, tone, share });
    }
  }
  return runs.filter(({ tone }) => tone !== "ok");
}

/** Where the keys lead from a cell; the first row are the days. Null when they lead nowhere. */
export function step(key: string, row: number, column: number, rows: number, columns: number): [number, number] | null {
  switch (key) {
    case "ArrowUp":
      return row > 0 ? [row - 1, column] : null;
    case "ArrowDown":
      return row < rows - 1 ? [row + 1, column] : null;
    case "ArrowLeft":
      return column > 0 ? [row, column - 1] : null;
    case "ArrowRight":
      return column < columns - 1 ? [row, column + 1] : null;
    case "Home":
      return [row, 0];
    case "End":
      return [row, columns - 1];
    default:
      return null;
  }
}
