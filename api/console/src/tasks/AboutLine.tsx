import { useTranslation } from "react-i18next";

import { RiskMark } from "../alert/RiskMark";
import { useTerm } from "../i18n/terms";
import { DueTime } from "../order/OrderMarks";
import type { About } from "./draft";
import { Moment } from "../time/TimeText";
import styles from "./tasks.module.css";

/** What and where, how bad and until when. */
export function AboutLine({ about, isOpen }: { about: About; isOpen: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <>
      <strong className={styles.what}>{about.rule ? term("rules", about.rule) : about.text}</strong>
      <span className={styles.where}>
        {[about.where, about.school].filter(Boolean).join(t("tasks.joint"))}
        {t("tasks.joint")}
        <Moment moment={about.at} />
      </span>
      <span className={styles.marks}>
        <RiskMark risk={about.risk} />
        {isOpen && <DueTime at={about.dueAt} />}
      </span>
    </>
  );
}
