import { describe, expect, it } from "vitest";

import { isWithin, pointed } from "../../drawing/point";
import {
  bearing,
  directionOf,
  distance,
  handleAt,
  moved,
  reached,
  step,
  turn,
  turned,
  wedge,
  widened,
} from "./geometry";

const SIZE = { width: 2000, height: 1000 };
const HUNG = { x: 0.5, y: 0.5, direction_deg: 0, view_deg: 90, reach: 0.1 };
const BOX = { left: 100, top: 50, right: 300, bottom: 150, width: 200, height: 100 } as DOMRect;

describe("directions", () => {
  it("go clockwise from up, as on a map", () => {
    const [up, right, down, left] = [0, 90, 180, 270].map(step);
    expect([up?.y, right?.x, down?.y, left?.x]).toEqual([-1, 1, 1, -1]);
  });

  it("are what a step in them points to", () => {
    for (let direction = 0; direction < 360; direction += 7) {
      expect(directionOf(step(direction))).toBeCloseTo(direction, 6);
    }
  });

  it("stay below a full turn, however often and whichever way one turns", () => {
    expect([turned(350, 20), turned(0, -5), turned(10, -730), turned(359.98, 0)]).toEqual([10, 355, 0, 0]);
    for (let by = -800; by <= 800; by += 13.7) {
      expect(turned(123.4, by)).toBeGreaterThanOrEqual(0);
      expect(turned(123.4, by)).toBeLessThan(360);
    }
  });

  it("are turned to the shorter way", () => {
    expect([turn(350, 10), turn(10, 350), turn(90, 80)]).toEqual([20, -20, -10]);
  });
});

describe("what leaves the picture or makes no sense", () => {
  it("is held at its edge", () => {
    expect(moved(HUNG, { x: 0.7, y: -0.9 })).toMatchObject({ x: 1, y: 0 });
    expect([widened(90, -200), widened(90, 400)]).toEqual([5, 360]);
    expect([reached(0.1, -1), reached(0.1, 5)]).toEqual([0.01, 1]);
    expect(pointed({ clientX: 900, clientY: 0 }, BOX)).toEqual({ x: 1, y: 0 });
  });

  it("is told from what is on it", () => {
    expect(isWithin({ clientX: 100, clientY: 150 }, BOX)).toBe(true);
    expect(isWithin({ clientX: 99, clientY: 100 }, BOX)).toBe(false);
  });
});

describe("a wedge", () => {
  it("opens from where the camera hangs, half to each side of where it looks", () => {
    // A tenth of 2000 is 200 away; 45° to the left and right of up is 141.42 across.
    expect(wedge(HUNG, SIZE)).toBe("M 1000 500 L 858.58 358.58 A 200 200 0 0 1 1141.42 358.58 Z");
  });

  it("takes the long way round beyond half a turn, and is a circle of a fisheye", () => {
    expect(wedge({ ...HUNG, view_deg: 200 }, SIZE)).toContain(" 0 1 1 ");
    expect(wedge({ ...HUNG, view_deg: 360 }, SIZE)).toBe(
      "M 1000 300 A 200 200 0 1 1 1000 700 A 200 200 0 1 1 1000 300 Z",
    );
  });
});

it("distance and bearing are those on the picture, not those of its fractions", () => {
  const [from, until] = [{ x: 0.5, y: 0.5 }, { x: 0.6, y: 0.7 }];
  // 200 px to the right and 200 px down.
  expect(bearing(from, until, SIZE)).toBeCloseTo(135, 6);
  expect(distance(from, until, SIZE)).toBeCloseTo(Math.hypot(200, 200) / 2000, 9);
});

it("a handle keeps a finger's width from its camera and stays on the picture", () => {
  const { left, top } = handleAt({ ...HUNG, direction_deg: 90 }, 90, SIZE, 0);
  expect(left).toBe("clamp(0%, calc(50% + (max(10%, 52px) + 0px) * 1), 100%)");
  expect(top).toBe("clamp(0%, calc(50% + (max(20%, 52px) + 0px) * 0), 100%)");
});
