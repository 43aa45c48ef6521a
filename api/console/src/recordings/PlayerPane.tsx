import { CaretRightOutlined, LoadingOutlined, PauseOutlined } from "@ant-design/icons";
import { Button, Segmented, Tooltip } from "antd";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { RecordingDay } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration } from "../time/format";
import { heldAt, isRecorderUnsaid, schoolClock } from "./day";
import styles from "./recordings.module.css";
import type { Playback, Status } from "./usePlayback";

const SPEEDS = [1, 2, 4, 8, 16];

interface Props {
  day: RecordingDay;
  video: RefObject<HTMLVideoElement | null>;
  playback: Playback;
  canPlay: boolean;
  onBegin: () => void;
}

/** The picture, or why there is none, and what moves it. */
export function PlayerPane({ day, video, playback, canPlay, onBegin }: Props) {
  const { t } = useTranslation();
  const { status, position, playing, speed, leap } = playback;
  const clock = (at: number) => schoolClock(at, day.time_zone);
  return (
    <section className={styles.player} data-testid="footage-player" data-status={status.kind}>
      <div className={styles.screen}>
        <video ref={video} className={styles.video} muted playsInline disablePictureInPicture data-testid="footage" />
        {status.kind !== "playing" && (
          <div className={styles.why} role="status" data-testid="footage-why">
            {status.kind !== "idle" ? (
              <Why status={status} from={position === null ? null : heldAt(day, position)} />
            ) : canPlay ? (
              <Button type="primary" icon={<CaretRightOutlined />} onClick={onBegin} data-testid="footage-begin">
                {t("recordings.begin")}
              </Button>
            ) : (
              <p data-testid="footage-none">{t(whyNone(day))}</p>
            )}
          </div>
        )}
        {leap && (
          <div className={styles.leap} role="status" data-testid="leap">
            {t("recordings.leap", {
              from: clock(leap.from),
              to: clock(leap.to),
              length: formatDuration(t, (leap.to - leap.from) / 1000),
            })}
          </div>
        )}
      </div>
      <div className={styles.controls}>
        <Tooltip title={<>{t(playing ? "player.pause" : "player.play")} <kbd>{t("recordings.space")}</kbd></>}>
          <Button
            type="text"
            icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
            onClick={status.kind === "idle" ? onBegin : playback.toggle}
            disabled={!canPlay}
            aria-label={t(playing ? "player.pause" : "player.play")}
            data-testid="footage-toggle"
          />
        </Tooltip>
        <strong className={styles.time} data-testid="footage-time">
          {position === null ? "" : clock(position)}
        </strong>
        <span className={styles.spacer} />
        <Segmented<number>
          size="small"
          value={speed}
          onChange={playback.changeSpeed}
          options={SPEEDS.map((each) => ({ value: each, label: t("recordings.speed", { n: each }) }))}
          aria-label={t("recordings.speedOf")}
          data-testid="speed"
        />
      </div>
    </section>
  );
}

function whyNone(day: RecordingDay) {
  if (!day.is_box_there) return "recordings.boxAway";
  return isRecorderUnsaid(day) ? "recordings.noneTold" : "recordings.nothingToPlay";
}

/** `from` is the recorder that the footage must be fetched from, if it must. */
function Why({ status, from }: { status: Status; from: string | null }) {
  const { t } = useTranslation();
  const term = useTerm();
  switch (status.kind) {
    case "worker_away":
      return <p>{t("recordings.boxAway")}</p>;
    case "trouble":
      return <p>{term("view_trouble", status.reason)}</p>;
    case "ended":
      return <p>{t("recordings.ended")}</p>;
    case "failed":
      return <p>{t("wall.failed")}</p>;
    case "disconnected":
      return <p>{t("recordings.disconnected")}</p>;
    case "too_many":
      return <p>{t("recordings.tooMany")}</p>;
    default:
      return (
        <p>
          <LoadingOutlined aria-hidden="true" /> {from === null ? t("recordings.starting") : t("recordings.held.fetching", { from })}
        </p>
      );
  }
}
