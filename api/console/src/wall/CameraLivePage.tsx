import { EyeInvisibleOutlined } from "@ant-design/icons";
import { Skeleton, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useCameras } from "../camera/useCameras";
import type { CameraView } from "../http/types";
import { useCameraNames } from "../schools/CameraPlace";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { LiveTile } from "./LiveTile";
import styles from "./wall.module.css";
import { useFullScreen } from "./useFullScreen";
import { useWall } from "./useWall";

/** One camera, live. */
export function Component() {
  const { t } = useTranslation();
  const { key } = useParams();
  const query = useCameras();
  const camera = query.data?.items.find(({ id }) => String(id) === key);
  usePageTitle(t("nav.live"), camera?.name);
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("error.stillWorksLive")} />;
  if (!query.data) return <Skeleton active />;
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
  return <Live key={camera.id} camera={camera} />;
}

function Live({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const nameCamera = useCameraNames();
  const connection = useWall([String(camera.id)]);
  const fullScreen = useFullScreen();
  return (
    <div className={styles.page} data-testid="camera-live">
      <header className={styles.bar}>
        <h1 className="visually-hidden">
          {nameCamera(camera)} · {t("nav.live")}
        </h1>
        <span className={styles.spacer} />
        <Tooltip title={t("wall.loggedWhy")}>
          <span className={styles.logged}>
            <EyeInvisibleOutlined aria-hidden="true" /> {t("wall.logged")}
          </span>
        </Tooltip>
      </header>
      <div className={styles.grid} data-size={1}>
        <LiveTile
          camera={camera}
          channel={0}
          connection={connection}
          selected
          onSelect={() => undefined}
          onFullScreen={fullScreen.toggle}
          isFullScreen={fullScreen.active}
        />
      </div>
    </div>
  );
}
