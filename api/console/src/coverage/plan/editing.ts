/* A plan that is being drawn, and the way back. */
import type { PlacedCamera } from "../../http/types";
import { FIRST_LOOK, moved, reached, turned, widened, type Point, type Size } from "./geometry";

const MOST_STEPS = 200;
/** Of the picture's longer side, or of a full turn. */
const NUDGE = 0.005;
const TURN_DEG = 5;
const COARSE = 6;

export interface Editing {
  cameras: readonly PlacedCamera[];
  /** What was there before each step, the last one last. */
  past: readonly (readonly PlacedCamera[])[];
  future: readonly (readonly PlacedCamera[])[];
  /** The step that goes on: what belongs to it is taken back together. */
  step: string | null;
}

export type Act =
  | { kind: "place"; key: number; at: Point }
  | { kind: "change"; key: number; step: string; to: (hung: PlacedCamera) => PlacedCamera }
  | { kind: "remove"; key: number }
  | { kind: "undo" }
  | { kind: "redo" };

export function begin(cameras: readonly PlacedCamera[]): Editing {
  return { cameras, past: [], future: [], step: null };
}

export function edit(now: Editing, act: Act): Editing {
  switch (act.kind) {
    case "undo": {
      const before = now.past.at(-1);
      if (!before) return now;
      const future = [now.cameras, ...now.future];
      return { cameras: before, past: now.past.slice(0, -1), future, step: null };
    }
    case "redo": {
      const [next, ...future] = now.future;
      if (!next) return now;
      return { cameras: next, past: [...now.past, now.cameras], future, step: null };
    }
    case "place": {
      const others = now.cameras.filter((each) => each.camera_key !== act.key);
      const hung = { camera_key: act.key, x: act.at.x, y: act.at.y, ...FIRST_LOOK };
      return after(now, inOrder([...others, hung]), null);
    }
    case "remove":
      return after(now, now.cameras.filter((each) => each.camera_key !== act.key), null);
    case "change": {
      const change = (each: PlacedCamera) => (each.camera_key === act.key ? act.to(each) : each);
      return after(now, now.cameras.map(change), act.step);
    }
  }
}

function after(now: Editing, cameras: readonly PlacedCamera[], step: string | null): Editing {
  if (same(cameras, now.cameras)) return now;
  if (step !== null && step === now.step) return { ...now, cameras };
  return { cameras, past: [...now.past, now.cameras].slice(-MOST_STEPS), future: [], step };
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

interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
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

export function undoOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): Act | null {
  if (altKey || !(ctrlKey || metaKey)) return null;
  if (key.toLowerCase() === "z") return { kind: shiftKey ? "redo" : "undo" };
  return key.toLowerCase() === "y" ? { kind: "redo" } : null;
}

function turnedTo(hung: PlacedCamera, by: number): PlacedCamera {
  return { ...hung, direction_deg: turned(hung.direction_deg, by) };
}
