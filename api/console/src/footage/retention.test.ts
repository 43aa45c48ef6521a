import { beforeAll, describe, expect, it } from "vitest";

import type { FootageGap, RetentionFacts, RetentionRow, RetentionState } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { termIds } from "../i18n/terms";
import {
  compareRows,
  daysOrLess,
  floorDays,
  floorPercent,
  gapSpan,
  nobodyReports,
  RETENTION_STATES,
  retentionBySchool,
  retentionTone,
  schoolTime,
  summarize,
} from "./retention";

const FACTS = { proven_days: 1 } as RetentionFacts;

function row(id: string, state: RetentionState, more: Partial<RetentionRow> = {}): RetentionRow {
  return {
    camera_key: id.charCodeAt(0),
    camera_id: id,
    name: id,
    location: "",
    school: { school_id: "default", name: "本校", name_en: "" },
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

describe("retentionBySchool", () => {
  const school = (id: string) => ({ school: { school_id: id, name: id, name_en: "" } });

  it("puts the school where most is missing first, whatever its size, and loses no camera", () => {
    const rows = [
      row("x", "unknown", { worker_id: null, facts: null, ...school("x") }),
      row("a1", "compliant", school("a")),
      row("b1", "compliant", school("b")),
      row("b2", "insufficient", school("b")),
      row("c1", "gap", school("c")),
      row("c2", "offline", school("c")),
      row("d1", "immature", school("d")),
    ];
    const groups = retentionBySchool(rows);
    expect(groups.map((group) => [group.key, group.rows.map((each) => each.camera_id)])).toEqual([
      ["c", ["c1", "c2"]],
      ["b", ["b2", "b1"]],
      ["x", ["x"]],
      ["d", ["d1"]],
      ["a", ["a1"]],
    ]);
  });
});

describe("summarize", () => {
  it("counts cameras by state, the worst first, and those whose promise broke or will", () => {
    const facts = (more: Partial<RetentionFacts>) =>
      ({ facts: { ...FACTS, broken_promises: [], forecast: null, ...more } });
    const promise = { broken_at: "", from_at: "", to_at: "", promised_days: 30, kept_days: 1 };
    const broken: RetentionFacts["broken_promises"] = [
      { ...promise, why: "disk_full" },
      { ...promise, why: "disk_full" },
    ];
    const forecast = { bytes_per_day: 1, reachable_days: 12, breaks_on: "2026-12-03" };
    const summary = summarize([
      row("a", "compliant", facts({ forecast })),
      row("b", "insufficient", facts({ broken_promises: broken })),
      row("c", "compliant", facts({ forecast: { ...forecast, breaks_on: null } })),
      row("d", "unknown", { facts: null }),
    ]);
    expect(summary).toEqual({
      states: [
        { state: "insufficient", count: 1 },
        { state: "unknown", count: 1 },
        { state: "compliant", count: 2 },
      ],
      broken: 1,
      breaking: 1,
    });
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
  beforeAll(() => startI18n("zh"));

  it.each([
    [29.96, "29.9 天", "29.9 d"],
    [1, "1.0 天", "1.0 d"],
    [0.999_99, "23 小时 59 分", "23 h 59 min"],
    [1 / 24, "1 小时", "1 h"],
    [0.0035, "5 分钟", "5 min"],
    [0.0005, "43 秒", "43 s"],
    [0, "0.0 天", "0.0 d"],
  ])("%d days or less", (days, chinese, english) => {
    expect(daysOrLess(i18n.getFixedT("zh"), days)).toBe(chinese);
    expect(daysOrLess(i18n.getFixedT("en"), days)).toBe(english);
  });

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
