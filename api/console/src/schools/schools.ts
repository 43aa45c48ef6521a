import type { SchoolName } from "../http/types";
import { schoolName } from "./schoolName";

/** What a camera's box says about where it stands. */
export interface Placed {
  school: SchoolName | null;
  worker_id: string | null;
}

/** Cameras that belong together: those of one school, or of a box that does not tell its school. */
export interface Group<Row extends Placed> {
  /** Names it in the URL. */
  key: string;
  /** Null: no box speaks for these cameras. */
  name: string | null;
  rows: Row[];
}

/** A school's id holds no colon, so a box is never taken for a school. */
export function groupKey({ school, worker_id: box }: Placed): string {
  return school ? school.school_id : `box:${box ?? ""}`;
}

/** Every camera in its group, groups by name; those nobody speaks for come last, never not at all. */
export function bySchool<Row extends Placed>(rows: readonly Row[]): Group<Row>[] {
  const groups = new Map<string, Group<Row>>();
  for (const row of rows) {
    const key = groupKey(row);
    const known = groups.get(key);
    if (known) known.rows.push(row);
    else groups.set(key, { key, name: schoolName(row.school) ?? row.worker_id, rows: [row] });
  }
  return [...groups.values()].sort(compareNames);
}

export function compareNames(a: Group<Placed>, b: Group<Placed>): number {
  if (a.name === null || b.name === null) return Number(a.name === null) - Number(b.name === null);
  return a.name.localeCompare(b.name, "zh-CN") || a.key.localeCompare(b.key);
}

/** Null where no group has that key: an old link must still open. */
export function knownKey(groups: readonly Group<Placed>[], key: string | null): string | null {
  return groups.some((each) => each.key === key) ? key : null;
}

/** The schools of these cameras, by name. */
export function schoolsOf(rows: readonly Placed[]): SchoolName[] {
  return bySchool(rows.filter((row) => row.school)).flatMap(({ rows: [first] }) => first?.school ?? []);
}
