import { describe, expect, it } from "vitest";

import type { CoverageRow, CoverageSummary } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { byUrgency, reasons, worstFirst } from "./coverage";

function school(name: string, more: Partial<CoverageSummary["counts"]> = {}, forbidden = 0) {
  return {
    school: { school_id: name, name, name_en: "" },
    verdict: "fails",
    counts: { covered: 3, missing: 0, missing_read: 0, unknown: 0, ...more },
    forbidden_count: forbidden,
    unplaced_count: 0,
  } as CoverageSummary;
}

function row(id: string, state: CoverageRow["state"], level: CoverageRow["level"]) {
  return { id, state, level } as CoverageRow;
}

describe("the sentence of a verdict", () => {
  it("names what is forbidden first and says which texts nobody read", () => {
    startI18n("zh");
    expect(reasons(i18n.t, school("a", { missing: 2, missing_read: 1, unknown: 1 }, 1))).toBe(
      "禁装区域有 1 台摄像机，缺 2 个点位（其中 1 个的条款未核原文），1 个点位无法核验，3 个点位已覆盖",
    );
    expect(reasons(i18n.t, school("a", { missing: 1, missing_read: 1 }))).toBe(
      "缺 1 个点位，3 个点位已覆盖",
    );
  });

  it("counts in English", async () => {
    startI18n("zh");
    await i18n.changeLanguage("en");
    expect(reasons(i18n.t, school("a", { missing: 1, unknown: 2, covered: 1 }))).toBe(
      "1 place missing (the text of 1 was not read), 2 places cannot be verified, 1 place covered",
    );
  });
});

it("what is missing and must be there comes first", () => {
  const rows = [
    row("fine", "covered", "must"),
    row("nice", "missing", "should"),
    row("none", "not_applicable", "must"),
    row("needed", "missing", "must"),
    row("silent", "unknown", "must"),
  ];
  expect(byUrgency(rows).map(({ id }) => id)).toEqual(["needed", "nice", "silent", "fine", "none"]);
});

it("a school with a camera where none may hang comes before all others", () => {
  const schools = [school("fine"), school("worse", { missing: 9 }), school("shouted", {}, 1)];
  expect(worstFirst(schools).map(({ school: { name } }) => name)).toEqual([
    "shouted",
    "worse",
    "fine",
  ]);
});
