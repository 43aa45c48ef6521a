import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { AboutLine } from "./AboutLine";
import type { Draft } from "./draft";
import { DraftMark } from "./DraftMark";
import styles from "./tasks.module.css";

/** What is known of it without the command centre. */
export function KeptFacts({ draft }: { draft: Draft }) {
  return (
    <header className={styles.facts}>
      <AboutLine about={draft.about} isOpen />
    </header>
  );
}

/** Of orders that are not in the list: closed, given to others, or not read for want of a network. */
export function DraftCards({ drafts }: { drafts: readonly Draft[] }) {
  const { t } = useTranslation();
  return (
    <section data-testid="other-drafts">
      <h2 className={styles.section}>{t("tasks.drafts")}</h2>
      <ul className={styles.cards}>
        {drafts.map((draft) => (
          <li key={draft.orderId}>
            <Link
              to={`/tasks/${draft.orderId}`}
              className={styles.card}
              data-risk={draft.about.risk}
              data-testid="draft-card"
              data-order={draft.orderId}
            >
              <div className={styles.text}>
                <AboutLine about={draft.about} isOpen />
                <DraftMark orderId={draft.orderId} draft={draft} />
              </div>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
