import { DisconnectOutlined } from "@ant-design/icons";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useLive } from "../live/LiveProvider";
import { formatClock } from "../time/format";
import styles from "./Shell.module.css";

/** A short loss heals by itself; only one that lasts deserves a banner. */
const PATIENCE_MS = 4000;

export function OfflineBanner() {
  const { t } = useTranslation();
  const { status, lastContact } = useLive();
  const lost = status === "reconnecting" || status === "offline";
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLasting(lost), lost ? PATIENCE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [lost]);
  if (!lost || !lasting) return null;
  return (
    <div className={`${styles.offline} hatched`} role="alert" data-testid="offline-banner">
      <DisconnectOutlined aria-hidden="true" />
      {lastContact === null
        ? t("live.bannerNever")
        : t("live.banner", { at: formatClock(lastContact) })}
    </div>
  );
}
