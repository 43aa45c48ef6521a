/* What the page makes of a session's table: pure. */
import type { ExamTable, SittingView } from "../http/types";

export interface Summary {
  rooms: number;
  expected: number;
  present: number;
  /** Rooms that have told how many came. */
  told: number;
  /** Rooms with something to put right. */
  red: number;
  /** Rooms of whose footage something is missing. */
  gaps: number;
  /** Rooms of whose footage nothing is known. */
  unknown: number;
  /** Rooms that nobody has seen on a screen since the session began. */
  unseen: number;
  sealed: number;
}

/** Whether something is to be put right. */
export function isRed({ checks }: SittingView): boolean {
  return checks.some(({ state }) => state === "bad");
}

export function summary(table: ExamTable): Summary {
  const count = (test: (row: SittingView) => boolean) => table.items.filter(test).length;
  return {
    rooms: table.items.length,
    expected: table.items.reduce((sum, row) => sum + row.expected, 0),
    present: table.items.reduce((sum, row) => sum + (row.present ?? 0), 0),
    told: count((row) => row.present !== null),
    red: count(isRed),
    gaps: count((row) => (row.missing_s ?? 0) > 0),
    unknown: count((row) => row.completeness === null),
    unseen: count(({ shown }) => shown.times === 0 && shown.longest_unseen_s !== null),
    sealed: count((row) => row.seal !== null),
  };
}

/** Never rounded up: what lacks a second is not whole. */
export function share(completeness: number): string {
  return `${(Math.floor(completeness * 10_000) / 100).toFixed(2)} %`;
}

/** "+0.4 s": the sign tells which way it is wrong. */
export function offset(seconds: number): string {
  return `${seconds >= 0 ? "+" : "−"}${Math.abs(seconds).toFixed(1)} s`;
}
