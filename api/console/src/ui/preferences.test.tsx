import { act, render, screen } from "@testing-library/react";
import { useTranslation } from "react-i18next";
import { afterEach, expect, test } from "vitest";

import { i18n, startI18n } from "../i18n";
import { PreferencesProvider, usePreferences } from "./preferences";

function Shown() {
  const { t } = useTranslation();
  const { theme } = usePreferences();
  return (
    <p>
      {theme} {t("nav.skip")}
    </p>
  );
}

function chooseElsewhere(key: string, value: string) {
  window.localStorage.setItem(key, value);
  act(() => void window.dispatchEvent(new StorageEvent("storage", { key, newValue: value })));
}

afterEach(async () => {
  window.localStorage.clear();
  await i18n.changeLanguage("zh");
});

test("what is chosen in one window is shown by the others", async () => {
  startI18n("zh");
  window.localStorage.setItem("mingan.theme", "light");
  render(
    <PreferencesProvider>
      <Shown />
    </PreferencesProvider>,
  );
  const inChinese = i18n.t("nav.skip");
  screen.getByText(`light ${inChinese}`);
  chooseElsewhere("mingan.theme", "dark");
  screen.getByText(`dark ${inChinese}`);
  chooseElsewhere("mingan.language", "en");
  const inEnglish = i18n.getFixedT("en")("nav.skip");
  await screen.findByText(`dark ${inEnglish}`);
  expect(inEnglish).not.toBe(inChinese);
  expect(document.documentElement.lang).toBe("en");
});
