import type { AlertSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./marks.module.css";

/** The risk class as a word in its colour. */
export function RiskMark({ risk }: { risk: AlertSummary["risk"] }) {
  const term = useTerm();
  return (
    <span className={styles.risk} data-risk={risk}>
      {term("risk", risk)}
    </span>
  );
}
