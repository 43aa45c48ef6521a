import { useTranslation } from "react-i18next";

import { formatDuration, formatExact, secondsBetween } from "../time/format";
import { useNow } from "../time/useNow";
import styles from "./tasks.module.css";

const DAY_S = 86_400;

/** "剩 3 小时" or "逾期 2 天", the exact moment on hover. */
export function Due({ at }: { at: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const leftS = secondsBetween(now, at);
  const away = Math.abs(leftS);
  const minutes = Math.floor(away / 60) * 60;
  const time =
    away >= 2 * DAY_S ? t("tasks.days", { count: Math.floor(away / DAY_S) }) : formatDuration(t, minutes);
  return (
    <time
      dateTime={at}
      title={formatExact(at)}
      className={styles.due}
      data-overdue={leftS < 0}
      data-testid="task-due"
    >
      {t(leftS < 0 ? "tasks.overdueBy" : "tasks.left", { time })}
    </time>
  );
}
