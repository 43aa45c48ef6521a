import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import { useLive } from "../live/LiveProvider";
import { formatAgo, formatExact } from "../time/format";
import { useNow } from "../time/useNow";
import styles from "./Shell.module.css";

/** "● 实时 2 秒前": whether the page is fed, and when it was last. */
export function LiveIndicator() {
  const { t } = useTranslation();
  const { status, lastContact } = useLive();
  const now = useNow();
  const ago = lastContact === null ? null : formatAgo(t, lastContact, now);
  return (
    <Tooltip
      title={lastContact === null ? undefined : t("live.lastContact", { at: formatExact(lastContact) })}
    >
      <span className={styles.live} role="status" data-testid="live-indicator" data-status={status}>
        <span className={styles.dot} data-status={status} aria-hidden="true" />
        <span>{t(`live.${status}`)}</span>
        {ago && <span className={styles.liveAge}>{ago}</span>}
      </span>
    </Tooltip>
  );
}
