import { beforeAll, describe, expect, it } from "vitest";

import type { FootageGap } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { termIds } from "../i18n/terms";
import {
  daysOrLess,
  floorDays,
  floorPercent,
  gapSpan,
  RETENTION_STATES,
  retentionTone,
  schoolTime,
} from "./retention";

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
