import type { RingShares } from "./verdict";
import styles from "./ring.module.css";

const RADIUS = 15;
const AROUND = 2 * Math.PI * RADIUS;

/** A ring of two parts and a rest, with its figure beside it: colour does not carry it alone. */
export function Ring({ name, good, bad, total }: RingShares & { name: string }) {
  const arc = (count: number) => (total > 0 ? (count / total) * AROUND : 0);
  return (
    <span className={styles.ring} data-testid="ring">
      <svg viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">
        <circle className={styles.rest} cx="20" cy="20" r={RADIUS} />
        <circle className={styles.good} cx="20" cy="20" r={RADIUS} strokeDasharray={`${arc(good)} ${AROUND}`} />
        <circle
          className={styles.bad}
          cx="20"
          cy="20"
          r={RADIUS}
          strokeDasharray={`${arc(bad)} ${AROUND}`}
          strokeDashoffset={-arc(good)}
        />
      </svg>
      <span>
        {name}
        <strong className={styles.figure}>
          {good}/{total}
        </strong>
      </span>
    </span>
  );
}
