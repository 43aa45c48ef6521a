import { describe, expect, it, test } from "vitest";

import { camera, cell, heldDay } from "../testing/compliance";
import { daysBetween, daysOf, runsOf, step, weekdayOf } from "./heat";
import { countsOf, kindOf } from "./kinds";
import { schoolLine } from "../testing/compliance";

const DAY = "2026-05-03";

function tone(told: Parameters<typeof camera>[1]): string {
  return daysOf(camera("a", told), [DAY])[0]?.tone ?? "";
}

describe("a day", () => {
  it("is never red when nobody told anything of it", () => {
    expect(tone({})).toBe("unknown");
    expect(tone({ days: [cell(DAY, 0.2, "unknown")] })).toBe("unknown");
    expect(tone({ days: [cell(DAY, null)] })).toBe("unknown");
    expect(tone({ held: [heldDay(DAY, 1, true)] })).toBe("unknown");
  });

  it("is red by its own footage, not because another day spoils its verdict", () => {
    expect(tone({ days: [cell(DAY, 0.9)] })).toBe("gap");
    expect(tone({ days: [cell(DAY, 1, "gap")] })).toBe("ok");
  });

  it("is what is known of it now: fetched later, or lost after it was judged", () => {
    expect(tone({ days: [cell(DAY, 0.9, "gap")], held: [heldDay(DAY, 1)] })).toBe("recovered");
    expect(tone({ days: [cell(DAY, 0.5, "gap")], held: [heldDay(DAY, 0.9)] })).toBe("gap");
    expect(tone({ days: [cell(DAY, 1)], held: [heldDay(DAY, 0.9)] })).toBe("gap");
    expect(tone({ held: [heldDay(DAY, 1)] })).toBe("ok");
  });

  it("says what is missing for sure, though another part could not be verified", () => {
    expect(tone({ held: [heldDay(DAY, 0.9, true)] })).toBe("gap");
  });
});

test("days that are alike are told together, and whole ones are not", () => {
  const days = daysBetween("2026-04-29", "2026-05-03");
  const held = [heldDay("2026-04-30", 1), heldDay("2026-05-01", 0.9), heldDay("2026-05-02", 0.4)];
  expect(runsOf(daysOf(camera("a", { held }), days))).toEqual([
    { from: "2026-04-29", until: "2026-04-29", tone: "unknown", share: null },
    { from: "2026-05-01", until: "2026-05-02", tone: "gap", share: 0.4 },
    { from: "2026-05-03", until: "2026-05-03", tone: "unknown", share: null },
  ]);
});

test("days are counted over the end of a month, and stand under their weekday", () => {
  expect(daysBetween("2026-02-27", "2026-03-01")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect([weekdayOf("2026-05-03"), weekdayOf("2026-05-04")]).toEqual([6, 0]);
});

test("keys lead from cell to cell and not out of the grid", () => {
  expect(step("ArrowRight", 1, 1, 3, 3)).toEqual([1, 2]);
  expect(step("ArrowRight", 1, 2, 3, 3)).toBeNull();
  expect(step("ArrowUp", 0, 2, 3, 3)).toBeNull();
  expect(step("Home", 2, 2, 3, 3)).toEqual([2, 0]);
  expect(step("Enter", 1, 1, 3, 3)).toBeNull();
});

test("each camera is of one kind, as the command centre counts", () => {
  expect(kindOf(camera("a"))).toBe("kept");
  expect(kindOf(camera("a", { is_unconfirmed: true }))).toBe("unconfirmed");
  expect(kindOf(camera("a", { state: "offline", is_unconfirmed: true }))).toBe("unknown");
  expect(kindOf(camera("a", { state: "immature" }))).toBe("immature");
  expect(countsOf(schoolLine())).toEqual([
    { kind: "gap", count: 1 },
    { kind: "unknown", count: 1 },
    { kind: "immature", count: 1 },
    { kind: "kept", count: 1 },
  ]);
});
