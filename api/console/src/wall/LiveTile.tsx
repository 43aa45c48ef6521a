import { CompressOutlined, ExpandOutlined, LoadingOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { CameraPlace, useCameraNames } from "../schools/CameraPlace";
import { MsePlayer } from "./MsePlayer";
import styles from "./wall.module.css";
import type { Showing } from "./ShownMeter";
import { useShown } from "./useShown";
import type { Heard, WallConnection } from "./WallConnection";

type Status =
  | { kind: "starting" | "playing" | "stalled" | "worker_away" | "failed" }
  | { kind: "disconnected"; tooMany: boolean }
  | { kind: "trouble"; reason: string; detail: string };

function statusOf(heard: Heard): Status | null {
  if (heard.kind === "disconnected") return { kind: "disconnected", tooMany: heard.tooMany };
  if (heard.kind !== "state") return null;
  if (heard.state === "trouble") {
    return { kind: "trouble", reason: heard.reason, detail: heard.detail };
  }
  return { kind: heard.state };
}

interface Props {
  camera: CameraView;
  channel: number;
  connection: WallConnection;
  selected: boolean;
  onSelect: () => void;
  /** Fills the screen, or gives it back. */
  onFullScreen: (tile: HTMLElement) => void;
  isFullScreen: boolean;
  /** In place of the camera's own name. */
  title?: string;
  /** Hears of pictures that were really seen. */
  onSeen?: (showing: Showing) => void;
}

/** One camera's live picture, or why there is none. */
export function LiveTile(props: Props) {
  const { camera, channel, connection, selected, onSelect, onFullScreen, isFullScreen, title, onSeen } = props;
  const { t } = useTranslation();
  const nameCamera = useCameraNames();
  const frame = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [status, setStatus] = useState<Status>({ kind: "starting" });
  const [transcoded, setTranscoded] = useState(false);
  const cameraKey = camera.id;
  const name = title ?? nameCamera(camera);
  useShown(frame, video, status.kind !== "playing", onSeen);

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    const player = new MsePlayer(element, () => setStatus({ kind: "failed" }));
    // What comes before this camera's own head belongs to the one shown here before.
    let isOurs = false;
    const stop = connection.listen(channel, (heard) => {
      if (heard.kind === "init") {
        isOurs = heard.cameraKey === cameraKey;
        if (!isOurs) return;
        setTranscoded(heard.transcoded);
        player.start(heard.mime, heard.data);
      } else if (heard.kind === "media") {
        if (isOurs) player.add(heard.data);
      } else if (heard.kind === "disconnected" || heard.cameraKey === cameraKey) {
        if (heard.kind === "disconnected") isOurs = false;
        setStatus((now) => statusOf(heard) ?? now);
      }
    });
    return () => {
      stop();
      player.close();
    };
  }, [cameraKey, channel, connection]);

  return (
    <section
      ref={frame}
      className={styles.tile}
      data-selected={selected}
      data-testid="live-tile"
      data-camera-id={camera.camera_id}
      data-status={status.kind}
      aria-label={name}
    >
      <video ref={video} className={styles.video} muted playsInline disablePictureInPicture />
      {status.kind !== "playing" && (
        <div className={styles.why} role="status" data-testid="live-why">
          <Why status={status} camera={camera} onRetry={() => connection.reopen()} />
        </div>
      )}
      <button
        type="button"
        className={styles.hit}
        onClick={onSelect}
        onDoubleClick={() => frame.current && onFullScreen(frame.current)}
        aria-label={t("wall.select", { name })}
        aria-pressed={selected}
      />
      <div className={styles.caption}>
        <span className={styles.dot} data-playing={status.kind === "playing"} aria-hidden="true" />
        {title ? <span className={styles.name}>{title}</span> : <CameraPlace camera={camera} className={styles.name} />}
        {transcoded && <span className={styles.mark}>{t("wall.transcoded")}</span>}
        <Button
          type="text"
          size="small"
          className={styles.expand ?? ""}
          icon={isFullScreen ? <CompressOutlined /> : <ExpandOutlined />}
          onClick={() => frame.current && onFullScreen(frame.current)}
          aria-label={t(isFullScreen ? "wall.leaveFullScreen" : "wall.fullScreen")}
          data-testid="live-full-screen"
        />
      </div>
    </section>
  );
}

function Why({ status, camera, onRetry }: { status: Status; camera: CameraView; onRetry: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (status.kind === "disconnected") {
    return <p>{t(status.tooMany ? "wall.tooMany" : "wall.disconnected")}</p>;
  }
  if (status.kind === "failed") {
    return (
      <>
        <p>{t("wall.failed")}</p>
        <Button size="small" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      </>
    );
  }
  // What the worker says of the camera is newer than the list; the list says more.
  const detail = status.kind === "trouble" ? status.detail : "";
  const reason = detail || (camera.state === "not_watching" ? camera.reason : "");
  if (status.kind === "worker_away" || camera.state === "worker_lost") {
    return <p>{t("wall.workerAway")}</p>;
  }
  if (camera.state === "disabled") return <p>{term("camera_state", "disabled")}</p>;
  if (status.kind === "trouble") {
    return (
      <>
        <p>{term("view_trouble", status.reason)}</p>
        {reason && status.reason === "no_picture" && <p>{term("camera_reason", reason)}</p>}
      </>
    );
  }
  if (status.kind === "stalled") return <p>{t("wall.stalled")}</p>;
  return (
    <p>
      <LoadingOutlined aria-hidden="true" /> {t("wall.starting")}
    </p>
  );
}
