import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import { ErrorPanel } from "../ui/ErrorPanel";
import { usePageTitle } from "../ui/usePageTitle";
import { schoolName } from "../schools/schoolName";
import { Ago } from "../time/TimeText";
import { OfflineAlerts } from "./OfflineAlerts";
import { OfflineCameras } from "./OfflineCameras";
import styles from "./offline.module.css";
import { useOffline } from "./useOffline";

/** One box by itself: what it raised, whom it watches, and the way to its footage. */
export function Component() {
  const { t } = useTranslation();
  const query = useOffline();
  usePageTitle(t("offline.title"), schoolName(query.data?.school));
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("offline.stillWorks")} />;
  }
  if (!query.data) {
    return (
      <div className={styles.page} aria-busy="true">
        <Skeleton active paragraph={{ rows: 8 }} />
      </div>
    );
  }
  const { alerts, as_of, cameras, waiting } = query.data;
  const footage = new Set(cameras.filter((camera) => camera.has_footage).map((camera) => camera.camera_key));
  const blind = cameras.filter((camera) => camera.state !== "watching" && camera.state !== "disabled").length;
  return (
    <article className={styles.page} data-testid="offline-page">
      <header className={styles.head}>
        <h1 className={styles.title}>{schoolName(query.data.school)}</h1>
        <span className={styles.muted}>
          {t("offline.fresh")} <Ago moment={as_of} /> · {t("offline.waiting", { count: waiting })}
        </span>
      </header>
      <p className={styles.note}>{t("offline.judging")}</p>
      {blind > 0 && (
        <p className={`${styles.note} hatched`} role="status" data-testid="offline-blind">
          {t("blind.count", { count: blind })}
        </p>
      )}
      <OfflineAlerts alerts={alerts} footage={footage} blind={blind} />
      <OfflineCameras cameras={cameras} />
    </article>
  );
}
