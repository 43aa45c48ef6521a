import { Skeleton } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useCameras } from "../../camera/useCameras";
import type { CameraView } from "../../http/types";
import { schoolName } from "../../schools/schoolName";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { StatePanel } from "../../ui/StatePanel";
import { usePageTitle } from "../../ui/usePageTitle";
import styles from "./one.module.css";

interface Props {
  title: string;
  testId: string;
  children: (camera: CameraView) => ReactNode;
}

/** What a tab shows of the camera in its address, or why there is none. */
export function OneCamera({ title, testId, children }: Props) {
  const { t } = useTranslation();
  const { key } = useParams();
  const query = useCameras();
  const camera = query.data?.items.find(({ id }) => String(id) === key);
  usePageTitle(title, camera?.name);
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  if (!query.data) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 8 }} />;
  if (!camera) {
    return (
      <StatePanel
        testId="camera-not-found"
        title={t("zones.noCamera")}
        text={t("zones.noCameraText")}
        actions={<Link to="/cameras">{t("zones.toCameras")}</Link>}
      />
    );
  }
  return (
    <article className={styles.page} data-testid={testId}>
      <h1 className={styles.title}>
        {[schoolName(camera.school), camera.name].filter(Boolean).join(" · ")} · {title}
      </h1>
      {children(camera)}
    </article>
  );
}
