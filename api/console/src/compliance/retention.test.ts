import { describe, expect, it } from "vitest";

import type { FootageGap, RetentionFacts, RetentionRow, RetentionState } from "../http/types";
import { termIds } from "../i18n/terms";
import {
  byBox,
  compareRows,
  floorDays,
  floorPercent,
  gapSpan,
  nobodyReports,
  RETENTION_STATES,
  retentionTone,
  schoolTime,
} from "./retention";

const FACTS = { proven_days: 1 } as RetentionFacts;

function row(id: string, state: RetentionState, more: Partial<RetentionRow> = {}): RetentionRow {
  return {
    camera_id: id,
    name: id,
    location: "",
    worker_id: "box-1",
    state,
    doubt: null,
    facts: FACTS,
    ...more,
  };
}

describe("states", () => {
  const inTone = (tone: string) => RETENTION_STATES.filter((each) => retentionTone(each) === tone);

  it("are all the states of the vocabulary", () => {
    expect([...RETENTION_STATES].sort()).toEqual(termIds("retention_state").sort());
  });

  it("are green for a kept promise and no other", () => {
    expect(inTone("ok")).toEqual(["compliant"]);
  });

  it("are hatched where nothing is proven, and red where footage is missing", () => {
    expect(inTone("unknown")).toEqual(["unknown", "immature"]);
    expect(inTone("gap")).toEqual(["gap", "insufficient", "offline"]);
  });
});

describe("compareRows", () => {
  it("puts the worst first, then place and name", () => {
    const rows = [
      row("ok", "compliant"),
      row("b", "gap", { location: "二楼" }),
      row("a", "gap", { location: "二楼" }),
      row("c", "unknown"),
    ];
    expect(rows.sort(compareRows).map((each) => each.camera_id)).toEqual(["a", "b", "c", "ok"]);
  });
});

describe("byBox", () => {
  it("makes one table for each box and loses no camera", () => {
    const rows = [
      row("x", "unknown", { worker_id: null, facts: null }),
      row("a", "compliant", { worker_id: "box-2" }),
      row("b", "compliant"),
      row("c", "gap"),
    ];
    const boxes = byBox(rows).map((box) => [box.workerId, box.rows.map((each) => each.camera_id)]);
    expect(boxes).toEqual([
      ["box-1", ["c", "b"]],
      ["box-2", ["a"]],
      [null, ["x"]],
    ]);
  });
});

describe("nobodyReports", () => {
  it("holds without cameras and with silent ones, not when one has spoken", () => {
    const silent = row("a", "unknown", { facts: null });
    expect(nobodyReports([])).toBe(true);
    expect(nobodyReports([silent])).toBe(true);
    expect(nobodyReports([silent, row("b", "unknown", { doubt: "stale" })])).toBe(false);
  });
});

describe("figures", () => {
  it.each([
    [29.96, "29.9"],
    [30, "30.0"],
    [0.3, "0.3"],
    [0, "0.0"],
  ])("%d days are %s", (days, text) => expect(floorDays(days)).toBe(text));

  it.each([
    [1, "100"],
    [0.999_999, "99.99"],
    [0.999_999_999_999, "99.99"],
    [0.29, "29.00"],
    [0, "0.00"],
  ])("the share %d is %s %", (share, text) => expect(floorPercent(share)).toBe(text));
});

describe("school time", () => {
  const gap = (from_at: string, to_at: string): FootageGap => ({ from_at, to_at, cause: "offline" });

  it("is the school's, not the reader's", () => {
    expect(schoolTime("2026-11-23T16:00:00Z", "Asia/Shanghai")).toBe("2026-11-24 00:00:00");
    expect(schoolTime("2026-11-23T16:00:00Z", "Europe/Berlin")).toBe("2026-11-23 17:00:00");
  });

  it("names the day of a gap's end when it is another one", () => {
    expect(gapSpan(gap("2026-11-23T15:59:00Z", "2026-11-23T15:59:58Z"), "Asia/Shanghai")).toBe(
      "2026-11-23 23:59:00 – 23:59:58",
    );
    expect(gapSpan(gap("2026-11-23T15:59:00Z", "2026-11-23T16:00:00Z"), "Asia/Shanghai")).toBe(
      "2026-11-23 23:59:00 – 2026-11-24 00:00:00",
    );
  });
});
