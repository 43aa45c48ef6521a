import { describe, expect, it } from "vitest";

import type { PlacedCamera } from "../../http/types";
import { begin, undoOf } from "../../drawing/history";
import { actOf, edit, type Act } from "./editing";

const SIZE = { width: 2000, height: 1000 };
const GATE: PlacedCamera = { camera_key: 7, x: 0.5, y: 0.5, direction_deg: 0, view_deg: 90, reach: 0.1 };
const YARD: PlacedCamera = { ...GATE, camera_key: 3, x: 0.2 };

function pressed(key: string, more: Partial<Record<"shiftKey" | "ctrlKey" | "altKey", boolean>> = {}): Act {
  const act = actOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more }, 7, SIZE);
  if (!act) throw new Error(`${key} does nothing`);
  return act;
}

function keys(...names: string[]): PlacedCamera {
  const [gate] = names.reduce((now, name) => edit(now, pressed(name)), begin<readonly PlacedCamera[]>([GATE])).state;
  if (!gate) throw new Error("it was taken away");
  return gate;
}

describe("the keyboard", () => {
  it("moves as far across as down, although the picture is twice as wide", () => {
    const far = keys("ArrowRight", "ArrowDown");
    expect((far.x - 0.5) * SIZE.width).toBeCloseTo(10, 6);
    expect((far.y - 0.5) * SIZE.height).toBeCloseTo(10, 6);
  });

  it("turns, widens and reaches", () => {
    expect(keys("]", "]", "[", "[", "[").direction_deg).toBe(355);
    expect(keys("+", "+", "-").view_deg).toBe(95);
    expect(keys(".", ".", ",").reach).toBe(0.11);
  });

  it("leaves alone what is the browser's", () => {
    const alone = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
    expect(actOf({ ...alone, key: "Tab" }, 7, SIZE)).toBeNull();
    expect(actOf({ ...alone, key: "ArrowLeft", altKey: true }, 7, SIZE)).toBeNull();
    expect(actOf({ ...alone, key: "r", ctrlKey: true }, 7, SIZE)).toBeNull();
    expect(undoOf({ ...alone, key: "Z", ctrlKey: true, shiftKey: true })).toEqual({ kind: "redo" });
  });
});

describe("the way back", () => {
  it("undoes a row of the same key at once, and each other step by itself", () => {
    let now = begin<readonly PlacedCamera[]>([GATE]);
    for (const name of ["ArrowRight", "ArrowRight", "]"]) now = edit(now, pressed(name));
    now = edit(now, { kind: "undo" });
    expect(now.state[0]).toMatchObject({ x: 0.51, direction_deg: 0 });
    now = edit(now, { kind: "undo" });
    expect(now.state).toEqual([GATE]);
    expect(edit(now, { kind: "undo" })).toBe(now);
    now = edit(edit(now, { kind: "redo" }), { kind: "redo" });
    expect(now.state[0]).toMatchObject({ x: 0.51, direction_deg: 5 });
  });

  it("is another one once somebody goes on from there", () => {
    let now = edit(begin<readonly PlacedCamera[]>([GATE]), { kind: "remove", key: 7 });
    now = edit(edit(now, { kind: "undo" }), { kind: "place", key: 3, at: { x: 0.2, y: 0.5 } });
    expect(edit(now, { kind: "redo" })).toBe(now);
  });

  it("counts no step that changed nothing", () => {
    const now = begin([{ ...GATE, x: 1 }]);
    expect(edit(now, pressed("ArrowRight"))).toBe(now);
    expect(edit(now, { kind: "remove", key: 99 })).toBe(now);
  });
});

it("cameras stand in the order of their numbers, whenever they were placed", () => {
  const now = edit(begin<readonly PlacedCamera[]>([GATE]), { kind: "place", key: YARD.camera_key, at: YARD });
  expect(now.state.map((each) => each.camera_key)).toEqual([3, 7]);
});
