import { describe, expect, it } from "vitest";

import type { ExamTable, SittingView } from "../http/types";
import { offset, share, summary } from "./exams";

const row = (more: Partial<SittingView>): SittingView => ({
  id: 1,
  school: { school_id: "a", name: "一中", name_en: "" },
  room_id: 1,
  room: "001",
  room_name: "第一考场",
  seats: 30,
  expected: 30,
  present: null,
  cameras: [1],
  checks: [{ check: "online", state: "good", why: null, camera_id: null, faults: [], since: null }],
  clock_offset_s: null,
  completeness: 1,
  told_until: null,
  missing_s: 0,
  gaps: [],
  shown: { times: 0, seconds: 0, last_at: null, longest_unseen_s: null },
  order_id: null,
  package: null,
  is_held: false,
  seal: null,
  ...more,
});

describe("a session's table", () => {
  it("is summed up without taking what is unknown for whole", () => {
    const items = [
      row({ present: 29, shown: { times: 0, seconds: 0, last_at: null, longest_unseen_s: 60 } }),
      row({ completeness: null, missing_s: null }),
      row({ missing_s: 1, completeness: 0.9999 }),
      row({ checks: [{ check: "clock", state: "bad", why: "clock_wrong", camera_id: "a", faults: [], since: null }] }),
      row({ checks: [{ check: "clock", state: "unknown", why: "no_tolerance", camera_id: "a", faults: [], since: null }] }),
    ];
    expect(summary({ items } as unknown as ExamTable)).toEqual({
      rooms: 5,
      expected: 150,
      present: 29,
      told: 1,
      red: 1,
      gaps: 1,
      unknown: 1,
      unseen: 1,
      sealed: 0,
    });
  });

  it("never rounds up what is missing", () => {
    expect([1, 0.99999, 0.5].map(share)).toEqual(["100.00 %", "99.99 %", "50.00 %"]);
  });

  it("tells which way a clock is wrong", () => {
    expect([0.44, -40].map(offset)).toEqual(["+0.4 s", "−40.0 s"]);
  });
});
