import type { KeyboardEvent, RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { PlacedCamera } from "../../http/types";
import type { Act } from "./editing";
import type { Point, Size } from "../../drawing/point";
import { bearing, distance, handleAt, reached, turn, turned, widened } from "./geometry";
import styles from "./plan.module.css";
import { useDrag } from "../../drawing/useDrag";

interface Props {
  hung: PlacedCamera;
  size: Size;
  stage: RefObject<HTMLElement | null>;
  act: (act: Act) => void;
}

/** Beyond the wedge, so that both can be taken hold of however narrow it is. */
const BEYOND_PX = 46;
const KEY_DEG = 5;

/** Turn the camera by what stands straight ahead of it, widen it and let it reach by its edge. */
export function Handles({ hung, size, stage, act }: Props) {
  const { t } = useTranslation();
  const change = (step: string, to: (each: PlacedCamera) => PlacedCamera) =>
    act({ kind: "change", key: hung.camera_key, step, to });
  const turnBy = (was: PlacedCamera, by: number) => (each: PlacedCamera) => ({
    ...each,
    direction_deg: turned(was.direction_deg, by),
  });
  const turning = useDrag(stage, hung, (was, from, to, step) =>
    change(step, turnBy(was, turn(bearing(was, from, size), bearing(was, to, size)))),
  );
  const widening = useDrag(stage, hung, (was, from, to, step) =>
    change(step, (each) => ({ ...each, ...opened(was, from, to, size) })),
  );
  const edge = hung.direction_deg + hung.view_deg / 2;
  return (
    <>
      <div
        role="slider"
        tabIndex={0}
        className={styles.handle}
        style={handleAt(hung, hung.direction_deg, size, BEYOND_PX)}
        aria-label={t("plan.direction")}
        aria-valuemin={0}
        aria-valuemax={359}
        aria-valuenow={Math.round(hung.direction_deg)}
        aria-valuetext={t("plan.degrees", { count: Math.round(hung.direction_deg) })}
        title={t("plan.direction")}
        data-testid="plan-turn"
        {...turning}
        onKeyDown={(event) => {
          const by = alongOf(event);
          if (by) change(`turn ${hung.camera_key}`, (each) => turnBy(each, by * KEY_DEG)(each));
        }}
      >
        <span className={styles.turn} />
      </div>
      <div
        role="slider"
        tabIndex={0}
        className={styles.handle}
        style={handleAt(hung, edge, size, 0)}
        aria-label={t("plan.view")}
        aria-valuemin={5}
        aria-valuemax={360}
        aria-valuenow={Math.round(hung.view_deg)}
        aria-valuetext={t("plan.degrees", { count: Math.round(hung.view_deg) })}
        title={t("plan.view")}
        data-testid="plan-widen"
        {...widening}
        onKeyDown={(event) => {
          const by = alongOf(event);
          if (by) {
            change(`widen ${hung.camera_key}`, (each) => ({
              ...each,
              view_deg: widened(each.view_deg, by * KEY_DEG),
            }));
          }
        }}
      >
        <span className={styles.widen} />
      </div>
    </>
  );
}

/** One step on or back, as sliders take keys; 0 of any other key. */
function alongOf(event: KeyboardEvent): number {
  const along = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key] ?? 0;
  if (along !== 0) event.preventDefault();
  return along;
}

function opened(was: PlacedCamera, from: Point, to: Point, size: Size) {
  const by = turn(bearing(was, from, size), bearing(was, to, size));
  return {
    // Both edges open alike.
    view_deg: widened(was.view_deg, 2 * by),
    reach: reached(was.reach, distance(was, to, size) - distance(was, from, size)),
  };
}
