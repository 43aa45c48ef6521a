import { afterEach, expect, it } from "vitest";

import { i18n, startI18n } from "../i18n";
import { schoolName } from "./schoolName";

afterEach(async () => {
  await i18n.changeLanguage("zh");
});

it("is told in the reader's language, as far as somebody wrote it", async () => {
  startI18n("zh");
  const written = { name: "清河二小", name_en: "Qinghe No. 2" };
  expect(schoolName(written)).toBe("清河二小");
  await i18n.changeLanguage("en");
  expect(schoolName(written)).toBe("Qinghe No. 2");
  expect(schoolName({ name: "本校", name_en: "" })).toBe("本校");
  expect(schoolName({ name: "本校" })).toBe("本校");
  expect(schoolName(null)).toBeUndefined();
});
