import { useRef, type PointerEvent, type RefObject } from "react";

import { pointed, type Point } from "./point";

interface Drag<Hung> {
  step: string;
  from: Point;
  /** As it hung when the drag began: each movement starts from there. */
  hung: Hung;
}

let drags = 0;

/**
 * Follows mouse, pen or finger from where it takes hold until it lets go, on the picture.
 *
 * @param onMove Is told from where to where it went by now, and the name of this one drag.
 */
export function useDrag<Hung>(
  stage: RefObject<HTMLElement | null>,
  hung: Hung,
  onMove: (hung: Hung, from: Point, to: Point, step: string) => void,
) {
  const drag = useRef<Drag<Hung> | null>(null);
  const where = (event: PointerEvent): Point | null => {
    const box = stage.current?.getBoundingClientRect();
    return box ? pointed(event, box) : null;
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const from = event.button === 0 ? where(event) : null;
      if (!from) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drags += 1;
      drag.current = { step: `drag ${drags}`, from, hung };
    },
    onPointerMove: (event: PointerEvent) => {
      const to = drag.current && where(event);
      if (to && drag.current) onMove(drag.current.hung, drag.current.from, to, drag.current.step);
    },
    onPointerUp: () => {
      drag.current = null;
    },
    onPointerCancel: () => {
      drag.current = null;
    },
  };
}
