import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { Point, Size } from "../drawing/point";
import { Corner } from "./Corner";
import { cornerAct, type Act, type Shape } from "./editing";
import { fewest, insertedAfter, middles, movedAt, removedAt, type Fault } from "./shapes";
import styles from "./zones.module.css";

interface Props {
  shape: Shape;
  index: number;
  /** The corner that is held. */
  corner: number | null;
  corners: readonly Point[];
  fault: Fault | null;
  size: Size;
  stage: RefObject<HTMLElement | null>;
  act: (act: Act) => void;
  onCorner: (corner: number | null) => void;
}

/** The corners of the chosen shape, and between them where new ones come from. */
export function Handles({ shape, index, corner, corners, fault, size, stage, act, onCorner }: Props) {
  const { t } = useTranslation();
  const change = (step: string | null, to: (points: readonly Point[]) => readonly Point[]) =>
    act({ kind: "shape", index, step, to });
  const remove = (at: number) => {
    if (shape.points.length > fewest(shape.kind)) change(null, (points) => removedAt(points, at));
  };
  const wrong = wrongCorners(fault);
  return (
    <>
      {middles(shape.points, shape.kind).map(({ after, at }) => (
        <button
          key={after}
          type="button"
          tabIndex={-1}
          className={styles.middle}
          style={{ left: `${at.x * 100}%`, top: `${at.y * 100}%` }}
          aria-label={t("zones.insertAfter", { number: after + 1 })}
          onClick={() => {
            change(null, (points) => insertedAfter(points, after, shape.kind));
            onCorner(after + 1);
          }}
          data-testid="zone-middle"
        >
          <span />
        </button>
      ))}
      {shape.points.map((at, number) => (
        <Corner
          key={number}
          number={number + 1}
          at={at}
          size={size}
          stage={stage}
          corners={corners}
          isWrong={wrong.has(number + 1)}
          isChosen={number === corner}
          onChosen={() => onCorner(number)}
          onMoved={(to, step) => change(step, (points) => movedAt(points, number, to))}
          onRemoved={() => remove(number)}
          onKey={(event) => {
            const button = event.currentTarget as HTMLElement;
            if (event.key === "Escape") button.blur();
            const found = cornerAct(event, shape, index, number, size);
            if (!found) return;
            event.preventDefault();
            event.stopPropagation();
            // The last one goes with its button; the focus goes to the one before.
            const isRemoval = event.key === "Delete" || event.key === "Backspace";
            if (isRemoval && number === shape.points.length - 1) {
              (button.previousElementSibling as HTMLElement | null)?.focus();
            }
            act(found);
          }}
        />
      ))}
    </>
  );
}

/** The points that a fault names. */
function wrongCorners(fault: Fault | null): ReadonlySet<number> {
  switch (fault?.code) {
    case "crossing":
      return new Set([...fault.edge, ...fault.other]);
    case "same":
      return new Set([fault.at, fault.other]);
    case "outside":
      return new Set([fault.at]);
    default:
      return new Set();
  }
}
