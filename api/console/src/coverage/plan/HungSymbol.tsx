import type { KeyboardEvent, PointerEvent, RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { PlacedCamera, PlanCamera } from "../../http/types";
import { CameraChip } from "./CameraChip";
import type { Act } from "./editing";
import { moved } from "./geometry";
import styles from "./plan.module.css";
import { useDrag } from "../../drawing/useDrag";

interface Props {
  number: number;
  hung: PlacedCamera;
  camera: PlanCamera | undefined;
  isChosen: boolean;
  stage: RefObject<HTMLElement | null>;
  act: (act: Act) => void;
  onChosen: () => void;
  onKey: (event: KeyboardEvent) => void;
}

/** A camera on a plan that is being drawn: it is dragged, or moved by keys. */
export function HungSymbol({ number, hung, camera, isChosen, stage, act, onChosen, onKey }: Props) {
  const { t } = useTranslation();
  const drag = useDrag(stage, hung, (was, from, to, step) =>
    act({
      kind: "change",
      key: was.camera_key,
      step,
      to: (each) => ({ ...each, ...position(moved(was, { x: to.x - from.x, y: to.y - from.y })) }),
    }),
  );
  return (
    <button
      type="button"
      className={styles.symbol}
      style={{ left: `${hung.x * 100}%`, top: `${hung.y * 100}%` }}
      aria-label={t("plan.editedSymbol", {
        number,
        name: camera?.name ?? "",
        direction: Math.round(hung.direction_deg),
        view: Math.round(hung.view_deg),
      })}
      aria-pressed={isChosen}
      data-camera={hung.camera_key}
      data-chosen={isChosen}
      data-testid="plan-hung"
      {...drag}
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        onChosen();
        drag.onPointerDown(event);
      }}
      onFocus={onChosen}
      onKeyDown={onKey}
    >
      <CameraChip number={number} state={camera?.state ?? "unknown"} />
    </button>
  );
}

function position({ x, y }: PlacedCamera) {
  return { x, y };
}
