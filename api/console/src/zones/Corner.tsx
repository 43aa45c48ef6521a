import type { KeyboardEvent, PointerEvent, RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { Point, Size } from "../drawing/point";
import { useDrag } from "../drawing/useDrag";
import { snapped } from "./shapes";
import styles from "./zones.module.css";

interface Props {
  number: number;
  at: Point;
  size: Size;
  stage: RefObject<HTMLElement | null>;
  /** Corners of other shapes, which this one may share. */
  corners: readonly Point[];
  isWrong: boolean;
  isChosen: boolean;
  onChosen: () => void;
  onMoved: (to: Point, step: string) => void;
  onRemoved: () => void;
  onKey: (event: KeyboardEvent) => void;
}

/** A point of the shape that is edited: dragged, moved by keys, taken away. */
export function Corner({ number, at, size, stage, corners, ...props }: Props) {
  const { t } = useTranslation();
  const drag = useDrag(stage, at, (was, from, to, step) =>
    props.onMoved(snapped({ x: was.x + to.x - from.x, y: was.y + to.y - from.y }, corners, size), step),
  );
  return (
    <button
      type="button"
      className={styles.corner}
      style={{ left: `${at.x * 100}%`, top: `${at.y * 100}%` }}
      aria-label={t("zones.corner", {
        number,
        x: Math.round(at.x * 100),
        y: Math.round(at.y * 100),
      })}
      data-testid="zone-corner"
      data-wrong={props.isWrong}
      data-chosen={props.isChosen}
      {...drag}
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        if (event.altKey) {
          event.preventDefault();
          props.onRemoved();
          return;
        }
        props.onChosen();
        drag.onPointerDown(event);
      }}
      onFocus={props.onChosen}
      onKeyDown={props.onKey}
    >
      <span />
    </button>
  );
}
