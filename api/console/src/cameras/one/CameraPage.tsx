import { useTranslation } from "react-i18next";
import { Link, Navigate, Outlet, useLocation, useParams } from "react-router";

import { useCameras } from "../../camera/useCameras";
import { useMay } from "../../session/policy";
import { schoolName } from "../../schools/schoolName";
import styles from "./one.module.css";
import { tabAt, tabPath, tabsFor } from "./tabs";

/** One camera's page: what can be seen and set of it, on tabs. What is on a tab says itself whose it is. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  const { key, id } = useParams();
  const { pathname } = useLocation();
  const camera = key ?? id ?? "";
  const known = useCameras().data?.items.find((each) => String(each.id) === camera);
  const shown = tabAt(pathname);
  const tabs = tabsFor(camera, may);
  const [first] = tabs;
  if (shown === null && first !== undefined) return <Navigate to={tabPath(camera, first)} replace />;
  return (
    <div className={styles.whole} data-testid="camera-page">
      <nav className={styles.tabs} aria-label={t("camera.tabs")}>
        <Link to="/cameras" className={styles.back}>
          {t("nav.cameras")}
        </Link>
        {known && (
          <strong className={styles.name} title={[schoolName(known.school), known.name].filter(Boolean).join(" · ")}>
            {known.name}
          </strong>
        )}
        <ul>
          {tabs.map((tab) => (
            <li key={tab}>
              <Link
                to={tabPath(camera, tab)}
                aria-current={tab === shown ? "page" : undefined}
                data-testid={`camera-tab-${tab}`}
              >
                {t(`camera.tab.${tab}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.tab}>
        <Outlet />
      </div>
    </div>
  );
}
