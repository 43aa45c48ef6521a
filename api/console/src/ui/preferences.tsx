/* Language and theme: kept on this machine, since a monitoring hall and an office differ. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";

import { i18n, type Language } from "../i18n";
import type { ThemeName } from "./theme";

interface Preferences {
  language: Language;
  theme: ThemeName;
  setLanguage: (language: Language) => void;
  setTheme: (theme: ThemeName) => void;
}

const PreferencesContext = createContext<Preferences | null>(null);

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(`mingan.${key}`);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    window.localStorage.setItem(`mingan.${key}`, value);
  } catch {
    // Private windows may refuse; the choice then lasts for this page only.
  }
}

export function storedLanguage(): Language {
  return read("language") === "en" ? "en" : "zh";
}

export function storedTheme(): ThemeName {
  const stored = read("theme");
  if (stored === "light" || stored === "dark") return stored;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [language, setLanguageState] = useState<Language>(storedLanguage);
  const [theme, setThemeState] = useState<ThemeName>(storedTheme);

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    // What the console is called once it is installed.
    document.querySelector("link[rel=manifest]")?.setAttribute("href", `/${language}.webmanifest`);
  }, [language]);

  const showLanguage = useCallback((next: Language) => {
    void i18n.changeLanguage(next);
    setLanguageState(next);
  }, []);
  const setLanguage = useCallback(
    (next: Language) => {
      keep("language", next);
      showLanguage(next);
    },
    [showLanguage],
  );
  const setTheme = useCallback((next: ThemeName) => {
    keep("theme", next);
    setThemeState(next);
  }, []);
  // Chosen in another window of this machine.
  useEffect(() => {
    const follow = (event: StorageEvent) => {
      if (event.key === "mingan.language") showLanguage(storedLanguage());
      if (event.key === "mingan.theme") setThemeState(storedTheme());
    };
    window.addEventListener("storage", follow);
    return () => window.removeEventListener("storage", follow);
  }, [showLanguage]);

  const value = useMemo(
    () => ({ language, theme, setLanguage, setTheme }),
    [language, theme, setLanguage, setTheme],
  );
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

export function usePreferences(): Preferences {
  const value = useContext(PreferencesContext);
  if (!value) throw new Error("usePreferences needs a PreferencesProvider");
  return value;
}
