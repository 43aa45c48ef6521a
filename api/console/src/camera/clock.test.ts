import { describe, expect, it } from "vitest";

import { i18n, startI18n } from "../i18n";
import { driftText, offsetText } from "./clock";

startI18n("zh");

const zh = i18n.getFixedT("zh");
const en = i18n.getFixedT("en");

describe("a camera's clock", () => {
  it.each([
    [0.3, "准", "right"],
    [-0.9, "准", "right"],
    [40.04, "快 40.0 秒", "40.0 s fast"],
    [-40.04, "慢 40.0 秒", "40.0 s slow"],
    [-200, "慢 3 分 20 秒", "3 min 20 s slow"],
  ])("that is off by %f s", (offset, chinese, english) => {
    expect(offsetText(zh, offset)).toBe(chinese);
    expect(offsetText(en, offset)).toBe(english);
  });

  it("says how fast it goes away, if it does", () => {
    expect(driftText(zh, 2.34)).toBe("每天走快 2.3 秒");
    expect(driftText(en, -2.34)).toBe("loses 2.3 s a day");
    expect(driftText(zh, 0.2)).toBeNull();
    expect(driftText(zh, null)).toBeNull();
  });
});
