import { useTranslation } from "react-i18next";

import type { ExamTable } from "../http/types";
import { formatExact } from "../time/format";
import { summary } from "./exams";
import styles from "./exams.module.css";

/** The table as a sentence: what is known, what is not, and who is in the control room. */
export function ExamSentence({ table }: { table: ExamTable }) {
  const { t } = useTranslation();
  const { session, exam } = table;
  const roster = session.roster.join(t("exam.and"));
  return (
    <section className={styles.sentence} data-testid="exam-sentence">
      <p className={styles.lead}>{t("exam.sentence", { ...summary(table) })}</p>
      <p className={styles.muted}>
        {t("exam.when", {
          start: formatExact(session.starts_at).slice(0, 16),
          end: formatExact(session.ends_at).slice(0, 16),
        })}{" "}
        {roster ? t("exam.roster", { people: roster }) : t("exam.noRoster")}{" "}
        {exam.clock_tolerance_s === null
          ? t("exam.noTolerance")
          : t("exam.tolerance", { seconds: exam.clock_tolerance_s, source: exam.tolerance_source })}
      </p>
    </section>
  );
}
