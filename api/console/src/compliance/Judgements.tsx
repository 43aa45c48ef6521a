import { useTranslation } from "react-i18next";

import { Exact } from "../time/TimeText";
import styles from "./district.module.css";
import { useJudgements } from "./useDistrict";

/** The days that were judged again: by whom, why, and how far it is. */
export function Judgements() {
  const { t } = useTranslation();
  const found = useJudgements(true).data?.items ?? [];
  if (found.length === 0) return null;
  return (
    <section className={styles.section} data-testid="judgements">
      <h2 className={styles.caption}>{t("compliance.judgements")}</h2>
      <ul className={styles.lines}>
        {found.map((run) => (
          <li key={run.id} data-testid="judgement" data-ended={run.ended_at !== null}>
            <strong>{t("compliance.span", { from: run.from_day, until: run.until_day })}</strong>
            <span>
              {run.ended_at === null
                ? t("compliance.judging", { done: run.cameras_done, total: run.cameras_total })
                : t("compliance.judgedAgain", { days: run.days_judged, changed: run.days_changed })}
            </span>
            <span>{run.reason}</span>
            <span className={styles.muted}>
              {run.asked_by} <Exact moment={run.asked_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
