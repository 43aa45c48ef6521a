import { useTerm } from "../i18n/terms";
import styles from "./alarms.module.css";

/** What is wrong with a camera's recording now: a full disk is an alarm, not silence. */
export function FootageAlarms({ alarms }: { alarms: readonly string[] }) {
  const term = useTerm();
  if (alarms.length === 0) return null;
  return (
    <p className={styles.alarms} data-testid="footage-alarms">
      {alarms.map((alarm) => (
        <span key={alarm} className={styles.alarm}>
          {term("retention_alarm", alarm)}
        </span>
      ))}
    </p>
  );
}
