import { useRef, type PointerEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { FloorPlanView, PlacedCamera, PlanCamera } from "../../http/types";
import { isWithin, pointed, type Point } from "../../drawing/point";
import styles from "./plan.module.css";
import { PlanStateMark } from "./PlanStateMark";
import { usePlanTitle } from "./usePlans";

interface Props {
  cameras: ReadonlyMap<number, PlanCamera>;
  placed: readonly PlacedCamera[];
  others: readonly FloorPlanView[];
  stage: RefObject<HTMLElement | null>;
  armed: number | null;
  onArmed: (key: number | null) => void;
  onPlaced: (key: number, at: Point) => void;
}

const IN_THE_MIDDLE: Point = { x: 0.5, y: 0.5 };
/** A hand that clicks moves so far. */
const STILL_PX = 6;

/**
 * Cameras that are not on the plan: dragged there, or chosen and the plan touched; chosen by keys a
 * camera hangs in the middle and goes on from there.
 */
export function ToPlace({ cameras, placed, others, stage, armed, onArmed, onPlaced }: Props) {
  const { t } = useTranslation();
  const title = usePlanTitle();
  const drag = useRef<{ key: number; x: number; y: number } | null>(null);
  const wasDragged = useRef(false);
  const here = new Set(placed.map((each) => each.camera_key));
  const left = [...cameras.values()].filter(({ camera_key, state }) => !here.has(camera_key) && state !== "retired");
  const elsewhere = (key: number) =>
    others.filter((plan) => plan.cameras.some((each) => each.camera_key === key)).map(title);
  const onPointerUp = (event: PointerEvent) => {
    const from = drag.current;
    drag.current = null;
    const box = stage.current?.getBoundingClientRect();
    if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) < STILL_PX) return;
    wasDragged.current = true;
    if (box && isWithin(event, box)) onPlaced(from.key, pointed(event, box));
  };
  return (
    <section>
      <h4 className={styles.caption}>{t("plan.toPlace", { count: left.length })}</h4>
      {left.length === 0 && <p className={styles.muted}>{t("plan.allPlaced")}</p>}
      <ul className={styles.toPlace}>
        {left.map((camera) => (
          <li key={camera.camera_key}>
            <button
              type="button"
              aria-pressed={armed === camera.camera_key}
              data-testid="plan-to-place"
              onPointerDown={(event) => {
                wasDragged.current = false;
                // A finger scrolls the list; it chooses, and then touches the plan.
                if (event.pointerType === "touch" || event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                drag.current = { key: camera.camera_key, x: event.clientX, y: event.clientY };
              }}
              onPointerUp={onPointerUp}
              onClick={(event) => {
                // A key's click has no detail.
                if (event.detail === 0) {
                  onPlaced(camera.camera_key, IN_THE_MIDDLE);
                } else if (!wasDragged.current) {
                  onArmed(armed === camera.camera_key ? null : camera.camera_key);
                }
              }}
            >
              <span className={styles.names}>
                <span className={styles.cameraName}>{camera.name}</span>
                <span className={styles.muted}>
                  {camera.place?.name ?? t("plan.noPlace")}
                  {elsewhere(camera.camera_key).map((name) => ` · ${t("plan.alsoOn", { title: name })}`)}
                </span>
              </span>
              <PlanStateMark state={camera.state} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
