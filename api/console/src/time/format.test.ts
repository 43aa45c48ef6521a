import { beforeAll, describe, expect, it } from "vitest";

import { i18n, startI18n } from "../i18n";
import { formatAgo, formatDuration, formatExact, formatMoment } from "./format";

beforeAll(() => startI18n("zh"));
const zh = () => i18n.getFixedT("zh");
const en = () => i18n.getFixedT("en");
const NOW = Date.parse("2026-11-24T06:00:00Z");
const before = (seconds: number) => NOW - seconds * 1000;

describe("formatDuration", () => {
  it.each([
    [0, "0 秒", "0 s"],
    [34.4, "34 秒", "34 s"],
    [59.6, "1 分钟", "1 min"],
    [72, "1 分 12 秒", "1 min 12 s"],
    [3600, "1 小时", "1 h"],
    [5400, "1 小时 30 分", "1 h 30 min"],
    [7199, "2 小时", "2 h"],
    [86_399, "1 天", "1 d"],
    [2_516_400, "29 天 3 小时", "29 d 3 h"],
    [172_860, "2 天", "2 d"],
    [-3, "0 秒", "0 s"],
  ])("%d s", (seconds, chinese, english) => {
    expect(formatDuration(zh(), seconds)).toBe(chinese);
    expect(formatDuration(en(), seconds)).toBe(english);
  });
});

describe("formatAgo", () => {
  it.each([
    [2, "刚刚", "just now"],
    [31, "31 秒前", "31 s ago"],
    [12 * 60, "12 分钟前", "12 min ago"],
    [3 * 3600, "3 小时前", "3 h ago"],
    [86_400, "1 天前", "1 day ago"],
    [3 * 86_400, "3 天前", "3 days ago"],
  ])("%d s", (seconds, chinese, english) => {
    expect(formatAgo(zh(), before(seconds), NOW)).toBe(chinese);
    expect(formatAgo(en(), before(seconds), NOW)).toBe(english);
  });

  it("shows no future when a clock runs ahead", () => {
    expect(formatAgo(zh(), NOW + 60_000, NOW)).toBe("刚刚");
  });
});

describe("formatMoment", () => {
  const noon = new Date(2026, 10, 24, 12, 0, 0).getTime();
  it.each([
    [new Date(2026, 10, 24, 9, 5, 7), "09:05"],
    [new Date(2026, 10, 23, 23, 59, 0), "昨天 23:59"],
    [new Date(2026, 10, 20, 8, 0, 0), "11-20 08:00"],
    [new Date(2025, 11, 31, 8, 0, 0), "2025-12-31 08:00"],
  ])("%s", (moment, text) => {
    expect(formatMoment(zh(), moment, noon)).toBe(text);
  });
});

describe("formatExact", () => {
  it("names the offset", () => {
    expect(formatExact(NOW)).toMatch(/^2026-11-2\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
  });
});
