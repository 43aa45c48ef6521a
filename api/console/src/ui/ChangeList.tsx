import { useTranslation } from "react-i18next";

import type { Change } from "../http/types";
import { isTerm, type TermFamily, useTerm } from "../i18n/terms";
import styles from "./ChangeList.module.css";

const COLUMNS: readonly TermFamily[] = [
  "school_column",
  "camera_column",
  "place_column",
  "community_column",
  "plan_column",
  "exam_field",
];
/** Fields whose values are words of a family. */
const WORDS: Readonly<Record<string, TermFamily>> = { type: "school_type", kind: "place_kind" };

/** What was changed, from what to what. `columns` is where a field's name is looked for first. */
export function ChangeList({ changes, columns }: { changes: readonly Change[]; columns?: TermFamily }) {
  const { t } = useTranslation();
  const term = useTerm();
  const families = columns ? [columns, ...COLUMNS] : COLUMNS;
  const name = (field: string) => {
    const family = families.find((each) => isTerm(each, field));
    return family ? term(family, field) : field;
  };
  const word = ({ field }: Change, value: string | null) => {
    if (value === null) return t("changes.nothing");
    const family = WORDS[field] ?? "yes_no";
    return isTerm(family, value) ? term(family, value) : value;
  };
  return (
    <ul className={styles.list}>
      {changes.map((change) => (
        <li key={change.field}>
          <span className={styles.field}>{name(change.field)}</span>
          {change.old !== null && (
            <>
              <del>{word(change, change.old)}</del>
              <span aria-hidden="true">{t("changes.arrow")}</span>
            </>
          )}
          <ins>{word(change, change.new)}</ins>
        </li>
      ))}
    </ul>
  );
}
