import { useTranslation } from "react-i18next";

import type { ExamProfile } from "../http/types";
import { useTerm } from "../i18n/terms";
import { usePreferences } from "../ui/preferences";
import styles from "./exams.module.css";

/** What is asked of an exam day, where it stands, and whether anybody read it there. */
export function ExamDemands({ profile }: { profile: ExamProfile }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  return (
    <details className={styles.demands} data-testid="exam-demands">
      <summary>{t("exam.demands", { name: profile.name[language] })}</summary>
      <ul>
        {profile.rows.map((row) => (
          <li key={row.id}>
            {term("exam_asks", row.asks)}
            {t("exam.colon")}
            {row.value ?? t("exam.slot")} <span className={styles.muted}>
              {row.source[language]} {row.clause} · {term("reading", row.reading)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
