import {
  AudioMutedOutlined,
  AudioOutlined,
  DesktopOutlined,
  PhoneOutlined,
  VideoCameraAddOutlined,
  VideoCameraOutlined,
} from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import styles from "./meetings.module.css";
import type { useRoom } from "./useRoom";

/** The pictures of a meeting, and what one does with one's own. */
export function Room({ place }: { place: ReturnType<typeof useRoom> }) {
  const { t } = useTranslation();
  const { room, own, screen } = place;
  return (
    <section className={styles.room} data-testid="meeting-room">
      {room.isAway && <Alert type="warning" showIcon title={t("meeting.away")} />}
      {!room.isUp && !room.isAway && <p className={styles.muted}>{t("meeting.notUp")}</p>}
      {own === null && (
        <Alert
          type="info"
          showIcon
          title={t(window.isSecureContext ? "meeting.noDevices" : "meeting.insecure")}
        />
      )}
      <div className={styles.videos} data-testid="meeting-videos">
        <Video name={t("meeting.me")} stream={screen ?? own} hasPicture={hasPicture(screen ?? own)} isOwn />
        {[...room.others].map(([feed, each]) => (
          <Video key={feed} name={each.username} stream={each.stream} hasPicture={each.hasPicture} />
        ))}
      </div>
      <Controls place={place} />
    </section>
  );
}

function hasPicture(stream: MediaStream | null): boolean {
  return (stream?.getVideoTracks().length ?? 0) > 0;
}

/** A track that is not enabled sends silence, or black. */
function enable(tracks: readonly MediaStreamTrack[] | undefined, on: boolean): void {
  for (const track of tracks ?? []) track.enabled = on;
}

interface VideoProps {
  name: string;
  stream: MediaStream | null;
  hasPicture: boolean;
  isOwn?: boolean;
}

function Video({ name, stream, hasPicture: shows, isOwn = false }: VideoProps) {
  const { t } = useTranslation();
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current && element.current.srcObject !== stream) element.current.srcObject = stream;
  }, [stream]);
  return (
    <figure className={styles.tile} data-testid={isOwn ? "own-video" : "other-video"}>
      {/* Always there: without a picture it still sounds. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- people speak, and nobody writes along */}
      <video
        ref={element}
        autoPlay
        playsInline
        muted={isOwn}
        className={shows ? styles.video : styles.silent}
        aria-label={t(shows ? "meeting.picture" : "meeting.noPicture", { name })}
      />
      <figcaption className={styles.name}>{name}</figcaption>
    </figure>
  );
}

function Controls({ place }: { place: ReturnType<typeof useRoom> }) {
  const { t } = useTranslation();
  const { own, screen, share, unshare, leave } = place;
  const [muted, setMuted] = useState(false);
  const [dark, setDark] = useState(false);
  const audio = own?.getAudioTracks() ?? [];
  const video = own?.getVideoTracks() ?? [];
  useEffect(() => {
    enable(own?.getAudioTracks(), !muted);
    enable(own?.getVideoTracks(), !dark);
  }, [own, muted, dark]);
  const canShare = "mediaDevices" in navigator && "getDisplayMedia" in navigator.mediaDevices;
  return (
    <div className={styles.controls}>
      <Button
        size="large"
        disabled={audio.length === 0}
        icon={muted ? <AudioMutedOutlined /> : <AudioOutlined />}
        onClick={() => setMuted(!muted)}
        aria-pressed={muted}
        data-testid="meeting-mute"
      >
        {t(muted ? "meeting.unmute" : "meeting.mute")}
      </Button>
      <Button
        size="large"
        disabled={video.length === 0}
        icon={dark ? <VideoCameraAddOutlined /> : <VideoCameraOutlined />}
        onClick={() => setDark(!dark)}
        aria-pressed={dark}
        data-testid="meeting-camera"
      >
        {t(dark ? "meeting.cameraOn" : "meeting.cameraOff")}
      </Button>
      {canShare && (
        <Button
          size="large"
          icon={<DesktopOutlined />}
          onClick={() => void (screen ? unshare() : share())}
          aria-pressed={screen !== null}
          data-testid="meeting-screen"
        >
          {t(screen ? "meeting.screenStop" : "meeting.screen")}
        </Button>
      )}
      <Button size="large" danger type="primary" icon={<PhoneOutlined />} onClick={leave} data-testid="meeting-leave">
        {t("meeting.leave")}
      </Button>
    </div>
  );
}
