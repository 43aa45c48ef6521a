import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { useEffect, useImperativeHandle, useRef, useState } from "react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";

import type { AlertSummary } from "../../http/types";
import { useMay, usePictures } from "../../session/policy";
import { afterPaint } from "../../picture/painted";
import type { OnShowing } from "../../picture/showing";
import { Controls } from "./Controls";
import { Overlay } from "./Overlay";
import { Picture } from "./Picture";
import styles from "./player.module.css";
import { Still } from "./Still";
import { boxIsCurrent, clipTimes } from "./timeline";

export interface PlayerHandle {
  toggle: () => void;
  step: (direction: -1 | 1) => void;
}

interface Props {
  alert: AlertSummary;
  boxes: boolean;
  onBoxes: (shown: boolean) => void;
  /** Frames a second of the camera, for stepping. */
  fps?: number | undefined;
  onShowing: OnShowing;
  ref?: Ref<PlayerHandle>;
}

const TICK_MS = 80;

/** The clip, muted and looping, with the snapshot until it can play. Remount per alert. */
export function Player({ alert: told, boxes, onBoxes, fps = 25, onShowing, ref }: Props) {
  const { t } = useTranslation();
  const alert = usePictures(told);
  const seesPictures = useMay()("see_pictures");
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);
  const [failed, setFailed] = useState(false);
  const [playing, setPlaying] = useState(false);
  const [timeS, setTimeS] = useState(0);
  const [lengthS, setLengthS] = useState<number>();
  const times = clipTimes(alert, lengthS);
  const showsClip = times !== null && ready && !failed;

  useEffect(() => {
    if (!playing) return undefined;
    const timer = window.setInterval(() => setTimeS(video.current?.currentTime ?? 0), TICK_MS);
    return () => window.clearInterval(timer);
  }, [playing]);

  useEffect(() => {
    if (!showsClip) return undefined;
    return afterPaint(() => onShowing(alert.id, alert.snapshot_url, "shown"));
  }, [showsClip, onShowing, alert.id, alert.snapshot_url]);

  const seek = (to: number) => {
    if (!video.current || !times) return;
    video.current.pause();
    const target = Math.min(Math.max(0, to), times.durationS);
    video.current.currentTime = target;
    setTimeS(target);
  };
  const toggle = () => {
    if (!video.current || !showsClip) return;
    if (video.current.paused) void video.current.play().catch(() => undefined);
    else video.current.pause();
  };
  const step = (direction: -1 | 1) => {
    if (showsClip) seek((video.current?.currentTime ?? 0) + direction / (fps > 0 ? fps : 25));
  };
  useImperativeHandle(ref, () => ({ toggle, step }));

  return (
    <figure className={styles.player} data-testid="player" data-shows={showsClip ? "clip" : "still"}>
      <div className={styles.stage}>
        <Picture alert={alert}>
          <Still
            key={alert.snapshot_url}
            url={alert.snapshot_url}
            alt={t("player.stillAlt", { camera: alert.camera_name })}
            missing={t(seesPictures ? "player.noStill" : "notAllowed.pictures")}
            onShowing={(showing) => onShowing(alert.id, alert.snapshot_url, showing)}
          />
          {times && alert.clip_url && !failed && (
            <video
              ref={video}
              src={alert.clip_url}
              className={ready ? styles.media : `${styles.media} ${styles.hidden}`}
              muted
              autoPlay
              loop
              playsInline
              preload="auto"
              disablePictureInPicture
              aria-label={t("player.clipAlt", { camera: alert.camera_name })}
              data-testid="clip"
              onLoadedMetadata={(event) => {
                const element = event.currentTarget;
                if (Number.isFinite(element.duration)) setLengthS(element.duration);
                element.currentTime = times.beginS;
              }}
              onCanPlay={() => setReady(true)}
              onPlay={() => setPlaying(true)}
              onPause={() => setPlaying(false)}
              onSeeked={(event) => setTimeS(event.currentTarget.currentTime)}
              onError={() => setFailed(true)}
              onClick={toggle}
            />
          )}
          {/* The still carries its marks already. */}
          {boxes && showsClip && <Overlay alert={alert} withBox={boxIsCurrent(times, timeS)} />}
          {showsClip ? (
            <span className={styles.mark} title={t("player.clipNotBlurredHint")}>
              <EyeOutlined aria-hidden="true" /> {t("player.clipNotBlurred")}
            </span>
          ) : (
            alert.snapshot_url &&
            alert.has_original && (
              <span className={styles.mark} title={t("player.blurredHint")} data-testid="blurred">
                <EyeInvisibleOutlined aria-hidden="true" /> {t("player.blurred")}
              </span>
            )
          )}
          {seesPictures && (!times || failed) && (
            <span className={styles.note} data-testid="clip-note">
              {failed ? t("player.cannotPlay") : t("player.noClipYet")}
            </span>
          )}
        </Picture>
      </div>
      <Controls
        times={showsClip ? times : null}
        timeS={timeS}
        playing={playing}
        boxes={boxes}
        risk={alert.risk}
        onToggle={toggle}
        onSeek={seek}
        onStep={step}
        onBoxes={onBoxes}
      />
    </figure>
  );
}
