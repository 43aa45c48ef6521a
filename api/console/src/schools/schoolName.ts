import { i18n } from "../i18n";

interface Named {
  name: string;
  name_en?: string;
}

/** A school in the reader's language, as far as somebody wrote its name in it. */
export function schoolName(school: Named): string;
export function schoolName(school: Named | null | undefined): string | undefined;
export function schoolName(school: Named | null | undefined): string | undefined {
  return (i18n.language === "en" && school?.name_en) || school?.name;
}
