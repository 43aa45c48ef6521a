import { useTranslation } from "react-i18next";

import type { DocumentDiff } from "../http/types";
import styles from "./configuration.module.css";

/** What differs between two configurations: where, from what, to what. */
export function DiffList({ diff }: { diff: DocumentDiff }) {
  const { t } = useTranslation();
  if (diff.total === 0) return <p className={styles.muted}>{t("configuration.noChange")}</p>;
  const rest = diff.total - diff.changes.length;
  return (
    <>
      <ul className={styles.diff} data-testid="configuration-diff">
        {diff.changes.map((change) => (
          <li key={change.path} data-kind={change.kind}>
            <code>{change.path}</code>
            <span className={styles.kind}>{t(`configuration.kinds.${change.kind}`)}</span>
            {change.old !== null && <del>{change.old}</del>}
            {change.old !== null && change.new !== null && (
              <span aria-hidden="true">{t("changes.arrow")}</span>
            )}
            {change.new !== null && <ins>{change.new}</ins>}
          </li>
        ))}
      </ul>
      {rest > 0 && <p className={styles.muted}>{t("configuration.moreChanges", { count: rest })}</p>}
    </>
  );
}
