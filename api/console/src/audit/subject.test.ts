import { beforeAll, describe, expect, it } from "vitest";

import { i18n, startI18n } from "../i18n";
import { subjectText } from "./subject";

beforeAll(() => startI18n("zh"));

describe("what an entry of the log is about", () => {
  it.each([
    ["order 3 photograph 1", "工单 3 照片 1"],
    ["request 5", "请求 5"],
    ["requests 12", "请求共 12 件"],
    ["channel 2", "渠道 2"],
    ["rule 4", "通知规则 4"],
    ["assessment 7", "影响评估 7"],
  ])("says %s in words", (subject, words) => {
    expect(subjectText(i18n.t, subject)).toBe(words);
  });

  it.each(["no-2-primary", "北门 order 3", "alert 17", "sun.hao"])("leaves %s as somebody named it", (subject) => {
    expect(subjectText(i18n.t, subject)).toBe(subject);
  });
});
