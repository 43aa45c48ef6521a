import { describe, expect, it } from "vitest";

import type { RetentionFacts, RetentionRow, RetentionState } from "../http/types";
import { compareRows, nobodyReports, retentionBySchool, summarize } from "./rows";

const FACTS = { broken_promises: [], forecast: null } as unknown as RetentionFacts;

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
    is_unconfirmed: false,
    required_days: 30,
    required_by: null,
    max_days: null,
    completeness: 1,
    proven_days: 30,
    gap_count: 0,
    gap_s: 0,
    as_of: "2026-11-24T02:00:00Z",
    facts: FACTS,
    ...more,
  };
}

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
  it("counts cameras as the school's page does, and those whose promise broke or will", () => {
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
      // By the days in its own file it will hold; by those of the centre it will not.
      row("c", "compliant", facts({ forecast: { ...forecast, breaks_on: null } })),
      row("d", "unknown", { facts: null }),
      row("e", "offline", facts({ forecast: { ...forecast, breaks_on: null, reachable_days: 31 } })),
      row("f", "insufficient", { is_unconfirmed: true, facts: null }),
    ]);
    expect(summary).toEqual({
      kinds: [
        { kind: "insufficient", count: 1 },
        { kind: "unknown", count: 2 },
        { kind: "unconfirmed", count: 1 },
        { kind: "kept", count: 2 },
      ],
      broken: 1,
      breaking: 2,
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
