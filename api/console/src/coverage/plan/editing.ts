/* A plan that is being drawn, and the way back. */
import type { PlacedCamera } from "../../http/types";
import { after, along, type History, type Key, type Way } from "../../drawing/history";
import type { Point, Size } from "../../drawing/point";
import { FIRST_LOOK, moved, reached, turned, widened } from "./geometry";

/** Of the picture's longer side, or of a full turn. */
const NUDGE = 0.005;
const TURN_DEG = 5;
const COARSE = 6;

export type Editing = History<readonly PlacedCamera[]>;

export type Act =
  | { kind: "place"; key: number; at: Point }
  | { kind: "change"; key: number; step: string; to: (hung: PlacedCamera) => PlacedCamera }
  | { kind: "remove"; key: number }
  | Way;

export function edit(now: Editing, act: Act): Editing {
  switch (act.kind) {
    case "undo":
    case "redo":
      return along(now, act);
    case "place": {
      const others = now.state.filter((each) => each.camera_key !== act.key);
      const hung = { camera_key: act.key, x: act.at.x, y: act.at.y, ...FIRST_LOOK };
      return stepped(now, inOrder([...others, hung]), null);
    }
    case "remove":
      return stepped(now, now.state.filter((each) => each.camera_key !== act.key), null);
    case "change": {
      const change = (each: PlacedCamera) => (each.camera_key === act.key ? act.to(each) : each);
      return stepped(now, now.state.map(change), act.step);
    }
  }
}

function stepped(now: Editing, cameras: readonly PlacedCamera[], step: string | null): Editing {
  return same(cameras, now.state) ? now : after(now, cameras, step);
}

/** By number, as the server keeps them: what stands beside a camera on paper stays its number. */
function inOrder(cameras: readonly PlacedCamera[]): PlacedCamera[] {
  return [...cameras].sort((a, b) => a.camera_key - b.camera_key);
}

export function same(some: readonly PlacedCamera[], others: readonly PlacedCamera[]): boolean {
  return (
    some.length === others.length &&
    some.every((each, at) => {
      const other = others[at];
      return (
        other !== undefined &&
        each.camera_key === other.camera_key &&
        each.x === other.x &&
        each.y === other.y &&
        each.direction_deg === other.direction_deg &&
        each.view_deg === other.view_deg &&
        each.reach === other.reach
      );
    })
  );
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** What a key does to the camera that has the focus; null of a key that is not ours. */
export function actOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key, of: number, size: Size): Act | null {
  if (altKey || ctrlKey || metaKey) return null;
  const change = (step: string, to: (hung: PlacedCamera) => PlacedCamera): Act => ({
    kind: "change",
    key: of,
    step: `${step} ${of}`,
    to,
  });
  const arrow = ARROWS[key];
  if (arrow) {
    const by = NUDGE * (shiftKey ? COARSE : 1) * Math.max(size.width, size.height);
    const way = { x: (arrow.x * by) / size.width, y: (arrow.y * by) / size.height };
    return change("move", (hung) => moved(hung, way));
  }
  switch (key) {
    case "[":
    case "{":
      return change("turn", (hung) => turnedTo(hung, shiftKey ? -TURN_DEG * COARSE : -TURN_DEG));
    case "]":
    case "}":
      return change("turn", (hung) => turnedTo(hung, shiftKey ? TURN_DEG * COARSE : TURN_DEG));
    case "-":
      return change("widen", (hung) => ({ ...hung, view_deg: widened(hung.view_deg, -TURN_DEG) }));
    case "+":
    case "=":
      return change("widen", (hung) => ({ ...hung, view_deg: widened(hung.view_deg, TURN_DEG) }));
    case ",":
      return change("reach", (hung) => ({ ...hung, reach: reached(hung.reach, -NUDGE * 2) }));
    case ".":
      return change("reach", (hung) => ({ ...hung, reach: reached(hung.reach, NUDGE * 2) }));
    case "Delete":
    case "Backspace":
      return { kind: "remove", key: of };
    default:
      return null;
  }
}

function turnedTo(hung: PlacedCamera, by: number): PlacedCamera {
  return { ...hung, direction_deg: turned(hung.direction_deg, by) };
}
