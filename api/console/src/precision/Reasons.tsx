import type { FalsePositiveReason } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Door } from "./Door";
import type { Line } from "./precision";
import styles from "./precision.module.css";

/** Why alerts were false, the most frequent first; each with its bar. */
export function Reasons({ line, most }: { line: Line; most?: number }) {
  const term = useTerm();
  const { reasons, false_positive: all } = line.figures;
  const told = Object.entries(reasons)
    .sort(([, one], [, other]) => other - one)
    .slice(0, most) as [FalsePositiveReason, number][];
  return (
    <ul className={styles.reasons}>
      {told.map(([reason, count]) => {
        const name = term("false_positive_reason", reason);
        return (
          <li key={reason} data-reason={reason}>
            <span>{name}</span>
            <svg className={styles.reason} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect className={styles.value} width={(100 * count) / all} height="6" />
            </svg>
            <Door count={count} behind={{ ...line.behind, status: ["false_positive"], reason: [reason] }} name={name} />
          </li>
        );
      })}
    </ul>
  );
}
