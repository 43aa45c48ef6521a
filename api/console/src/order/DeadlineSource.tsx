import { useTranslation } from "react-i18next";

import type { DeadlineView } from "../http/types";
import { usePreferences } from "../ui/preferences";
import styles from "./order.module.css";

/** Where a deadline comes from, and whether that text was read; null: a person chose it. */
export function DeadlineSource({ deadline }: { deadline: DeadlineView | null }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  return (
    <span className={styles.source} data-testid="deadline-source">
      {deadline ? deadline.source[language] : t("order.dueChosen")}
      {deadline && !deadline.verified && (
        <span className={`${styles.unread} hatched`}>{t("order.sourceUnread")}</span>
      )}
    </span>
  );
}
