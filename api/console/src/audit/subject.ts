import type { TFunction } from "i18next";

/** How the log names a row: its kind and number, as "order 3 photograph 1". */
const NUMBERED = /^(?:order|photograph|request|requests|assessment|assessments|channel|rule) \d+/;

/** What an entry is about, in the reader's language; a name that somebody gave stays as it is. */
export function subjectText(t: TFunction, subject: string): string {
  if (!NUMBERED.test(subject)) return subject;
  return subject.replace(/[a-z]+ \d+/g, (part) => {
    const [kind = "", number] = part.split(" ");
    return t(`audit.subject.${kind}`, { number, defaultValue: part });
  });
}
