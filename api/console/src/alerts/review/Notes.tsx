import { useTranslation } from "react-i18next";

import type { AlertDetail } from "../../http/types";
import { Moment } from "../../time/TimeText";
import styles from "./review.module.css";

/** What people wrote to the alert, the newest first: read before it is judged. */
export function Notes({ detail }: { detail: AlertDetail | undefined }) {
  const { t } = useTranslation();
  const notes = (detail?.history ?? []).filter((entry) => entry.action === "noted").reverse();
  if (notes.length === 0) return null;
  return (
    <ul className={styles.notes} aria-label={t("note.all")} data-testid="notes">
      {notes.map((entry, index) => (
        <li key={`${entry.at}-${index}`}>
          <span className={styles.muted}>
            {entry.by} <Moment moment={entry.at} />
          </span>{" "}
          {entry.note}
        </li>
      ))}
    </ul>
  );
}
