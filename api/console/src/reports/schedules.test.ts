import { describe, expect, it } from "vitest";

import type { ReportSchedule, ReportView } from "../http/types";
import { isLate, isUnderWay, type Run, scheduleOf } from "./schedules";

const RUN: Run = {
  due_at: "2026-11-30T22:00:00Z",
  ran_at: "2026-11-30T22:00:20Z",
  missed: 0,
  report: { state: "ready" } as ReportView,
  error: "",
  mail: "sent",
  outcome: "delivered",
};
const of = (last: Run | null) => ({ last }) as ReportSchedule;

describe("scheduled reports", () => {
  it("say when their time was missed", () => {
    expect(isLate(RUN)).toBe(false);
    expect(isLate({ ...RUN, ran_at: "2026-12-02T01:00:00Z" })).toBe(true);
    expect(isLate({ ...RUN, missed: 1 })).toBe(true);
  });

  it("are read again until their mail is out", () => {
    expect(isUnderWay(of(null))).toBe(false);
    expect(isUnderWay(of(RUN))).toBe(false);
    expect(isUnderWay(of({ ...RUN, mail: "waiting" }))).toBe(true);
    const running = { state: "running" } as ReportView;
    expect(isUnderWay(of({ ...RUN, mail: null, report: running }))).toBe(true);
    expect(isUnderWay(of({ ...RUN, mail: null, report: null, error: "no_canteen" }))).toBe(false);
  });

  it("are of a day of the month or of the week", () => {
    const fields = {
      kind: "canteen_month",
      school: "*",
      format: "pdf",
      language: "zh",
      every: "month",
      monthDay: 31,
      weekDay: 2,
      at: "06:00",
    } as const;
    expect(scheduleOf(fields)).toEqual({
      kind: "canteen_month",
      school_id: null,
      format: "pdf",
      language: "zh",
      every: "month",
      day: 31,
      at: "06:00",
    });
    expect(scheduleOf({ ...fields, every: "week" }).day).toBe(2);
  });
});
