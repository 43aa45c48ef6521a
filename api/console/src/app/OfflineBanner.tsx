import { DisconnectOutlined } from "@ant-design/icons";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { useLive } from "../live/LiveProvider";
import { formatClock } from "../time/format";
import styles from "./Shell.module.css";

/** A short loss heals by itself; only one that lasts deserves a banner. */
const PATIENCE_MS = 4000;

export function OfflineBanner() {
  const { t } = useTranslation();
  const { status, lastContact } = useLive();
  const { pathname } = useLocation();
  const lost = status === "reconnecting" || status === "offline";
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLasting(lost), lost ? PATIENCE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [lost]);
  if (!lost || !lasting) return null;
  // A school's person goes on writing; whoever reads must know what is missing.
  const reads = lastContact !== null && t("live.bannerSince", { at: formatClock(lastContact) });
  const told = pathname.startsWith("/tasks") ? t("live.bannerTasks") : reads;
  return (
    <div className={`${styles.offline} hatched`} role="alert" data-testid="offline-banner">
      <DisconnectOutlined aria-hidden="true" />
      <span>
        {t("live.banner")} {told}
      </span>
    </div>
  );
}
