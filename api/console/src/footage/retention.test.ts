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

  it.each([
    ["2026-10-24T23:59:59Z", "Europe/Berlin", "2026-10-25 01:59:59"],
    ["2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25 02:30:00+0200"],
    ["2026-10-25T01:30:00.9Z", "Europe/Berlin", "2026-10-25 02:30:00+0100"],
    ["2026-10-25T02:00:00Z", "Europe/Berlin", "2026-10-25 03:00:00"],
    ["2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29 03:00:00"],
    ["2026-04-04T14:45:00Z", "Australia/Lord_Howe", "2026-04-05 01:45:00+1100"],
    ["2026-11-01T05:30:00Z", "America/New_York", "2026-11-01 01:30:00-0400"],
  ])("%s tells which of two hours it is in %s", (moment, zone, text) => {
    expect(schoolTime(moment, zone)).toBe(text);
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
