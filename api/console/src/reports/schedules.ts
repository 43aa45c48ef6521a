import type { ReportSchedule, ScheduleWrite } from "../http/types";
import { secondsBetween } from "../time/format";
import { isOpen, schoolOf } from "./reports";
import type { WhichReport } from "./ReportFields";

export type Every = ScheduleWrite["every"];

export interface ScheduleFields extends WhichReport {
  every: Every;
  monthDay: number;
  weekDay: number;
  at: string;
}

/** A run this much later than it was due was made up for: nobody ran at its time. */
const LATE_S = 15 * 60;

export type Run = NonNullable<ReportSchedule["last"]>;

export function isLate({ due_at, ran_at, missed }: Run): boolean {
  return missed > 0 || secondsBetween(due_at, new Date(ran_at)) > LATE_S;
}

/** Whether what the last run comes to is not known so far. */
export function isUnderWay({ last }: ReportSchedule): boolean {
  if (!last || last.error) return false;
  return last.mail === "waiting" || (last.report !== null && isOpen(last.report));
}

export function scheduleOf({ school, monthDay, weekDay, ...told }: ScheduleFields): ScheduleWrite {
  return {
    ...told,
    school_id: schoolOf(told.kind, school),
    day: told.every === "month" ? monthDay : weekDay,
  };
}
