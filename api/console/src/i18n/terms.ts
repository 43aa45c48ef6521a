/* The field's terms (rules, states, reasons) come from the one vocabulary file of the contract. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import en from "./vocabulary.en.json";
import zh from "./vocabulary.zh.json";

export type TermFamily = keyof typeof zh;
type Catalogue = Record<string, Record<string, string>>;

const CATALOGUES: Record<string, Catalogue> = { zh, en };

/** The term, or the identifier itself when a newer worker knows more words than this console. */
export function term(language: string, family: TermFamily, id: string): string {
  return CATALOGUES[language]?.[family]?.[id] ?? id;
}

export function termIds(family: TermFamily): string[] {
  return Object.keys(zh[family]);
}

/** Whether the vocabulary has a word for it. */
export function isTerm(family: TermFamily, id: string): boolean {
  return Object.hasOwn(zh[family], id);
}

export function useTerm(): (family: TermFamily, id: string) => string {
  const { i18n } = useTranslation();
  return useCallback((family, id) => term(i18n.language, family, id), [i18n.language]);
}
