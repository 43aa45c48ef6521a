import {
  BorderOutlined,
  CaretRightOutlined,
  PauseOutlined,
  StepBackwardOutlined,
  StepForwardOutlined,
} from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import styles from "./player.module.css";
import { offsetText, type ClipTimes } from "./timeline";

interface Props {
  times: ClipTimes | null;
  timeS: number;
  playing: boolean;
  boxes: boolean;
  risk: string;
  onToggle: () => void;
  onSeek: (timeS: number) => void;
  onStep: (direction: -1 | 1) => void;
  onBoxes: (shown: boolean) => void;
}

/** Play, step, and a time line of before | event | after. */
export function Controls(props: Props) {
  const { t } = useTranslation();
  const { times, timeS, playing, boxes } = props;
  const percent = (value: number) =>
    times && times.durationS > 0 ? `${(value / times.durationS) * 100}%` : "0%";
  const event = times
    ? { left: percent(times.eventStartS), width: percent(times.eventEndS - times.eventStartS) }
    : undefined;

  return (
    <figcaption className={styles.controls}>
      <Tool
        label={t(playing ? "player.pause" : "player.play")}
        hotkey="Space"
        icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
        disabled={!times}
        onClick={props.onToggle}
        testId="play-pause"
      />
      <Tool
        label={t("player.frameBack")}
        hotkey="←"
        icon={<StepBackwardOutlined />}
        disabled={!times}
        onClick={() => props.onStep(-1)}
        testId="frame-back"
      />
      <Tool
        label={t("player.frameForward")}
        hotkey="→"
        icon={<StepForwardOutlined />}
        disabled={!times}
        onClick={() => props.onStep(1)}
        testId="frame-forward"
      />
      <div className={styles.track} data-risk={props.risk} data-empty={!times}>
        {times && (
          <>
            <span className={styles.event} style={event} title={t("player.eventSpan")} />
            <span
              className={styles.moment}
              style={{ left: percent(times.momentS) }}
              title={t("player.moment")}
            />
            <span className={styles.head} style={{ left: percent(timeS) }} />
            <input
              type="range"
              className={styles.range}
              min={0}
              max={times.durationS}
              step={0.04}
              value={Math.min(timeS, times.durationS)}
              onChange={(change) => props.onSeek(Number(change.target.value))}
              aria-label={t("player.timeline")}
              aria-valuetext={t("player.offset", { s: offsetText(times, timeS) })}
            />
          </>
        )}
      </div>
      <span className={styles.offset} title={t("player.offsetHint")}>
        {times ? t("player.offset", { s: offsetText(times, timeS) }) : ""}
      </span>
      <Tool
        label={t(boxes ? "player.hideBoxes" : "player.showBoxes")}
        hotkey="B"
        icon={<BorderOutlined />}
        pressed={boxes}
        onClick={() => props.onBoxes(!boxes)}
        testId="boxes"
      />
    </figcaption>
  );
}

interface ToolProps {
  label: string;
  hotkey: string;
  icon: ReactNode;
  onClick: () => void;
  testId: string;
  disabled?: boolean;
  pressed?: boolean;
}

function Tool({ label, hotkey, icon, onClick, testId, disabled, pressed }: ToolProps) {
  return (
    <Tooltip title={<ToolHint label={label} hotkey={hotkey} />}>
      <Button
        type={pressed ? "default" : "text"}
        size="small"
        icon={icon}
        onClick={onClick}
        disabled={disabled ?? false}
        aria-label={label}
        {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
        data-testid={testId}
      />
    </Tooltip>
  );
}

function ToolHint({ label, hotkey }: { label: string; hotkey: string }) {
  return (
    <>
      {label} <kbd>{hotkey}</kbd>
    </>
  );
}
