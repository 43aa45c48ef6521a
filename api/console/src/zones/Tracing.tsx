import { Button } from "antd";
import { useState, type KeyboardEvent } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";

import { undoOf } from "../drawing/history";
import { pointed, type Point, type Size } from "../drawing/point";
import { arrowOf } from "./editing";
import { faultOf, nextFault, nudged, snapped, type Fault, type ShapeKind } from "./shapes";
import styles from "./zones.module.css";

interface Props {
  kind: ShapeKind;
  size: Size;
  corners: readonly Point[];
  /** Where its buttons stand: beside the picture, all of which can be drawn on. */
  bar: HTMLElement | null;
  onDone: (points: readonly Point[]) => void;
  onFault: (fault: Fault | null) => void;
  onCancel: () => void;
}

const MIDDLE: Point = { x: 0.5, y: 0.5 };
/** Of the picture: so near to the first point it closes the zone. */
const CLOSES = 0.02;

/** A shape is drawn anew, point by point: by mouse or finger, or by a cross that keys move. */
export function Tracing({ kind, size, corners, bar, onDone, onFault, onCancel }: Props) {
  const { t } = useTranslation();
  const [drawn, setDrawn] = useState<readonly Point[]>([]);
  const [cross, setCross] = useState<Point>(MIDDLE);
  const finish = () => {
    const fault = faultOf(drawn, kind);
    onFault(fault);
    if (!fault) onDone(drawn);
  };
  const put = (at: Point) => {
    const [first] = drawn;
    if (kind === "zone" && first && drawn.length > 2 && Math.hypot(first.x - at.x, first.y - at.y) < CLOSES) {
      finish();
      return;
    }
    const point = snapped(at, corners, size);
    const fault = nextFault(drawn, point, kind);
    onFault(fault);
    if (!fault) setDrawn([...drawn, point]);
  };
  const back = () => {
    onFault(null);
    setDrawn(drawn.slice(0, -1));
  };
  const onKey = (event: KeyboardEvent) => {
    const by = arrowOf(event);
    if (by) setCross(nudged(cross, { x: by.x * 2, y: by.y * 2 }, size));
    else if (event.key === " ") put(cross);
    else if (event.key === "Enter") finish();
    else if (event.key === "Escape") onCancel();
    else if (event.key === "Backspace" || event.key === "Delete" || undoOf(event)?.kind === "undo") back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const path = drawn.map(({ x, y }) => `${x * size.width},${y * size.height}`).join(" ");
  return (
    <>
      <svg className={styles.shapes} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        <polyline className={styles.traced} points={path} />
        {drawn.map(({ x, y }, index) => (
          <circle
            key={index}
            className={styles.dot}
            cx={x * size.width}
            cy={y * size.height}
            r={Math.max(size.width, size.height) / 160}
          />
        ))}
      </svg>
      <button
        type="button"
        className={styles.target}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- who begins to draw goes on with the cross
        autoFocus
        aria-label={t(kind === "zone" ? "zones.traceZone" : "zones.traceLine")}
        data-testid="zone-target"
        data-drawn={drawn.length}
        onPointerUp={(event) => {
          if (event.button === 0) put(pointed(event, event.currentTarget.getBoundingClientRect()));
        }}
        onKeyDown={onKey}
      >
        <span className={styles.cross} style={{ left: `${cross.x * 100}%`, top: `${cross.y * 100}%` }} />
      </button>
      {bar &&
        createPortal(
          <>
            <Button size="small" type="primary" onClick={finish} data-testid="trace-done">
              {t("zones.traceDone")}
            </Button>
            <Button size="small" onClick={back} disabled={drawn.length === 0} data-testid="trace-back">
              {t("zones.traceBack")}
            </Button>
            <Button size="small" onClick={onCancel} data-testid="trace-cancel">
              {t("action.cancel")}
            </Button>
          </>,
          bar,
        )}
    </>
  );
}
