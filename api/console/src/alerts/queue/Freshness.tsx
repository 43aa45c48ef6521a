import { useTranslation } from "react-i18next";

import { useLive } from "../../live/LiveProvider";
import { formatClock, formatExact } from "../../time/format";
import { toServerTime } from "../../time/serverClock";
import styles from "./queue.module.css";

/** "更新于 14:02:31": as of when the list is true. */
export function Freshness({ updatedAt, failed }: { updatedAt: number; failed: boolean }) {
  const { t } = useTranslation();
  const { status, lastContact } = useLive();
  if (updatedAt === 0) return null;
  // While events flow, the list is as fresh as the last contact; otherwise as the last read.
  const read = toServerTime(updatedAt);
  const fresh = status === "live" && lastContact !== null ? Math.max(read, lastContact) : read;
  return (
    <span
      className={failed ? `${styles.freshness} ${styles.stale}` : styles.freshness}
      title={formatExact(fresh)}
      data-testid="freshness"
    >
      {t(failed ? "queue.refreshFailed" : "queue.updatedAt", { at: formatClock(fresh) })}
    </span>
  );
}
