import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import { daysOf, titleOf } from "../inspection/words";
import { Exact } from "../time/TimeText";
import type { FormFacts } from "./formDraft";
import styles from "./tasks.module.css";
import { schoolName } from "../schools/schoolName";

/** Which form it is, whose, and until when. */
export function FormHead({ form }: { form: Omit<FormFacts, "items"> }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <header className={styles.facts}>
      <h1 className={styles.sentence}>{titleOf(t, term, form)}</h1>
      <span className={styles.where}>
        {[schoolName(form.school), daysOf(t, form)].join(t("tasks.joint"))}
      </span>
      {form.visitor && (
        <span className={styles.where}>{t("inspection.visitor", { school: form.visitor.name })}</span>
      )}
      <span className={styles.where}>
        {t("inspection.due")} <Exact moment={form.due_at} />
      </span>
    </header>
  );
}
