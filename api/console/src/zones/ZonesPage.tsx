import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Popconfirm, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useCameras } from "../camera/useCameras";
import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { CameraSetup, CameraView } from "../http/types";
import { schoolName } from "../schools/schoolName";
import { useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import { useSetup } from "./useZones";
import { ZoneEditor } from "./ZoneEditor";
import styles from "./zones.module.css";

/** What one camera is told to look for, and where in its picture. */
export function Component() {
  const { t } = useTranslation();
  const key = Number(useParams().key);
  const query = useCameras();
  const camera = query.data?.items.find(({ id }) => id === key);
  usePageTitle(t("zones.title"), camera?.name ?? "");
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("zones.stillWorks")} />;
  if (!query.data) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 12 }} />;
  if (!camera) {
    return (
      <StatePanel
        testId="zones-no-camera"
        title={t("zones.noCamera")}
        text={t("zones.noCameraText")}
        actions={<Link to="/cameras">{t("zones.toCameras")}</Link>}
      />
    );
  }
  return <OfCamera key={key} camera={camera} />;
}

function OfCamera({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const manages = useMay()("manage_boxes");
  const { box_id: boxId, camera_id: cameraId } = camera;
  const query = useSetup(boxId, cameraId);
  /** What is being changed stays what it was begun on, whatever is saved elsewhere meanwhile. */
  const [held, setHeld] = useState<CameraSetup | null>(null);
  /** The version that was saved here just now. */
  const [saved, setSaved] = useState<number | null>(null);
  /** Whether it was said that a box that its own file rules is to be managed from here. */
  const [isTaken, setTaken] = useState(false);
  const setup = held ?? query.data;
  const isMissing = query.error instanceof Problem && query.error.status === 404;
  if (boxId === null || (isMissing && !setup)) {
    return (
      <StatePanel
        testId="zones-no-version"
        title={t("zones.noVersion")}
        text={t("zones.noVersionText")}
        actions={manages && <Link to="/boxes">{t("configuration.toBoxes")}</Link>}
      />
    );
  }
  if (query.isError && !setup) return <ErrorPanel query={query} stillWorks={t("configuration.stillWorks")} />;
  if (!setup) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 12 }} />;
  const isReadOnly = setup.origin === "box" && !isTaken;
  return (
    <div className={styles.page} data-testid="zones-page">
      <header className={styles.top}>
        <Link to="/cameras" aria-label={t("zones.toCameras")}>
          <ArrowLeftOutlined aria-hidden="true" />
        </Link>
        <h1>
          {schoolName(camera.school)} · {camera.name}
        </h1>
        <span className={styles.muted} data-testid="zones-state" data-state={setup.state}>
          {t(`zones.state.${setup.state}`, { number: setup.version })}
        </span>
        <span className={styles.spacer} />
        {manages && saved === setup.version && setup.version > 1 && held === null && (
          <>
            <GoBack setup={setup} onBack={() => setSaved(null)} />
            <Link to={`/first-hour?box=${boxId}`} data-testid="zones-next">
              {t("firstHour.title")}
            </Link>
          </>
        )}
        {manages && <Link to={`/boxes/${boxId}/configuration`}>{t("zones.asYaml")}</Link>}
      </header>
      {isReadOnly && (
        <Alert
          type="info"
          showIcon
          title={t(manages ? "zones.local" : "zones.localOfOthers")}
          description={
            manages && (
              <Button size="small" onClick={() => setTaken(true)} data-testid="zones-take">
                {t("zones.take")}
              </Button>
            )
          }
          data-testid="zones-local"
        />
      )}
      {held !== null && query.data !== undefined && query.data.version > held.version && (
        <Alert
          type="warning"
          showIcon
          title={t("zones.newer", { number: query.data.version })}
          data-testid="zones-newer"
        />
      )}
      <ZoneEditor
        key={setup.version}
        camera={camera}
        begun={setup}
        isReadOnly={isReadOnly}
        onChanged={(isChanged) => setHeld(isChanged ? setup : null)}
        onSaved={(told) => {
          client.setQueryData(keys.cameraSetup(boxId, cameraId), told);
          setSaved(told.version);
          setHeld(null);
        }}
        onGiveUp={() => {
          setHeld(null);
          void query.refetch();
        }}
      />
    </div>
  );
}

/** The whole box's configuration as it was before the last saving. */
function GoBack({ setup, onBack }: { setup: CameraSetup; onBack: () => void }) {
  const { t } = useTranslation();
  const before = setup.version - 1;
  const restore = useChange(
    () =>
      api.restoreConfiguration(setup.box_id, setup.version, before, t("configuration.restored", { number: before })),
    { invalidates: [keys.configuration(setup.box_id)], onDone: onBack },
  );
  return (
    <Popconfirm
      title={t("zones.backAsk", { number: before })}
      okText={t("zones.back")}
      cancelText={t("action.cancel")}
      onConfirm={() => restore.mutate(undefined)}
    >
      <Button size="small" loading={restore.isPending} data-testid="zones-back">
        {t("zones.back")}
      </Button>
    </Popconfirm>
  );
}
