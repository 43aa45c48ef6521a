/* The retention table's rows: what counts as what, and in which order; pure. */
import type { RetentionRow, SchoolCompliance } from "../http/types";
import { bySchool, compareNames, type Group } from "../schools/schools";
import { KINDS, kindOf, type Kind } from "./kinds";

/** The worst first, then by place and name. */
export function compareRows(a: RetentionRow, b: RetentionRow): number {
  return (
    KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b)) ||
    a.location.localeCompare(b.location, "zh-CN") ||
    a.name.localeCompare(b.name, "zh-CN") ||
    a.camera_id.localeCompare(b.camera_id)
  );
}

/** Whether the disk will hold fewer days than are asked for, as things are. */
export function fallsShort({ facts, required_days: days }: RetentionRow): boolean {
  const forecast = facts?.forecast;
  return Boolean(forecast?.breaks_on) || Boolean(forecast?.bytes_per_day && forecast.reachable_days < days);
}

/** The state of one school at a glance. */
export interface SchoolSummary {
  /** Cameras by kind, the worst first; kinds no camera is of are left out. */
  kinds: { kind: Kind; count: number }[];
  /** Cameras whose footage was deleted before its time. */
  broken: number;
  /** Cameras whose promise will not be kept as things are. */
  breaking: number;
}

export function summarize(rows: readonly RetentionRow[]): SchoolSummary {
  const count = (holds: (row: RetentionRow) => boolean) => rows.filter(holds).length;
  return {
    kinds: KINDS.map((kind) => ({ kind, count: count((row) => kindOf(row) === kind) })).filter(
      (each) => each.count > 0,
    ),
    broken: count((row) => (row.facts?.broken_promises.length ?? 0) > 0),
    breaking: count(fallsShort),
  };
}

/** Missing footage weighs most, then what nobody can tell, then what is kept too long. */
const WEIGHTS: readonly ((row: RetentionRow) => boolean)[] = [
  (row) => kindOf(row) === "gap" || kindOf(row) === "insufficient",
  (row) => kindOf(row) === "unknown",
  (row) => kindOf(row) === "over_retained",
  (row) => kindOf(row) === "unconfirmed" || kindOf(row) === "immature",
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

/** Each school's verdict in a sentence, by its key in the table. */
export function sentencesOf(schools: readonly SchoolCompliance[]): Map<string, SchoolCompliance["sentence"]> {
  return new Map(schools.map(({ school, sentence }) => [school.school_id, sentence]));
}

export function nobodyReports(rows: readonly RetentionRow[]): boolean {
  return rows.every((row) => row.facts === null);
}
