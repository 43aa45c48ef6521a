import { describe, expect, it } from "vitest";

import type { Point } from "../drawing/point";
import {
  faultOf,
  insertedAfter,
  inwards,
  middles,
  MOST_POINTS,
  nextFault,
  nudged,
  removedAt,
  snapped,
} from "./shapes";

const SIZE = { width: 2000, height: 1000 };
const SQUARE = at([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]);

function at(...pairs: [number, number][]): Point[] {
  return pairs.map(([x, y]) => ({ x, y }));
}

function circle(count: number): Point[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return { x: 0.5 + 0.4 * Math.cos(angle), y: 0.5 + 0.4 * Math.sin(angle) };
  });
}

describe("a zone", () => {
  it.each([
    ["a square", SQUARE],
    ["a triangle", at([0, 0], [1, 0], [0.5, 1])],
    ["a star, which is not convex", at([0.5, 0], [0.6, 0.4], [1, 0.5], [0.6, 0.6], [0.5, 1], [0.4, 0.6], [0, 0.5])],
    ["one with three points in a row", at([0, 0], [0.5, 0], [1, 0], [1, 1])],
    ["as many points as there may be", circle(MOST_POINTS)],
  ])("may be %s", (_, points) => {
    expect(faultOf(points, "zone")).toBeNull();
  });

  it.each([
    ["few", at([0, 0], [1, 0])],
    ["many", circle(MOST_POINTS + 1)],
    ["outside", at([0, 0], [1, 0], [1, 1.2])],
    ["same", at([0, 0], [1, 0], [1, 0], [0, 1])],
    ["same", at([0, 0], [1, 0], [1, 1], [0, 0])],
    ["flat", at([0, 0], [0.5, 0.5], [1, 1])],
    ["crossing", at([0, 0], [1, 1], [1, 0], [0, 1])],
    ["crossing", at([0, 0], [1, 0], [0.5, 0], [0.5, 1])],
    ["crossing", at([0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.5, 0.1], [0.1, 0.9])],
    ["outside", [...at([0, 0], [1, 0]), { x: Number.NaN, y: 0.5 }]],
  ])("is refused: %s", (code, points) => {
    expect(faultOf(points, "zone")?.code).toBe(code);
  });

  it("says which edges cross", () => {
    const fault = faultOf(at([0, 0], [1, 1], [1, 0], [0, 1]), "zone");
    expect(fault).toEqual({ code: "crossing", edge: [1, 2], other: [3, 4] });
  });

  it("is refused a point that crosses while it is drawn, not after", () => {
    const drawn = at([0, 0], [1, 1], [1, 0]);
    expect(nextFault(drawn, { x: 0, y: 1 }, "zone")?.code).toBe("crossing");
    expect(nextFault(drawn, { x: 0.8, y: 0 }, "zone")).toBeNull();
    expect(nextFault(drawn, { x: 1, y: 0 }, "zone")?.code).toBe("same");
  });
});

describe("a line", () => {
  it("may cross itself, and needs two points", () => {
    expect(faultOf(at([0, 0], [1, 1], [1, 0], [0, 1]), "line")).toBeNull();
    expect(nextFault(at([0, 0], [1, 1], [1, 0]), { x: 0, y: 1 }, "line")).toBeNull();
    expect(faultOf(at([0, 0]), "line")?.code).toBe("few");
  });

  it("leads in to the right when it is drawn upwards, and down when drawn to the right", () => {
    const up = inwards(at([0.5, 1], [0.5, 0]), SIZE);
    expect(up?.towards.x).toBeCloseTo(1);
    expect(up?.at).toEqual({ x: 1000, y: 500 });
    expect(inwards(at([0, 0.5], [1, 0.5]), SIZE)?.towards.y).toBeCloseTo(1);
    expect(inwards(at([0.5, 0.5], [0.5, 0.5]), SIZE)).toBeNull();
  });
});

describe("snapping", () => {
  it("puts a point on the border, never outside, and on another shape's corner", () => {
    expect(snapped({ x: 0.008, y: 0.995 }, [], SIZE)).toEqual({ x: 0, y: 1 });
    expect(snapped({ x: -3, y: 7 }, [], SIZE)).toEqual({ x: 0, y: 1 });
    expect(snapped({ x: 0.505, y: 0.5 }, at([0.5, 0.501]), SIZE)).toEqual({ x: 0.5, y: 0.501 });
    expect(snapped({ x: 0.52, y: 0.5 }, at([0.5, 0.5]), SIZE)).toEqual({ x: 0.52, y: 0.5 });
  });

  it("reaches as far down as across, although the picture is twice as wide", () => {
    expect(snapped({ x: 0.5, y: 0.515 }, at([0.5, 0.5]), SIZE)).toEqual({ x: 0.5, y: 0.5 });
    expect(snapped({ x: 0.515, y: 0.5 }, at([0.5, 0.5]), SIZE)).toEqual({ x: 0.515, y: 0.5 });
  });

  it("does not hold back keys, which move by a pixel", () => {
    expect(nudged({ x: 0, y: 1 }, { x: 1, y: -1 }, SIZE)).toEqual({ x: 0.0005, y: 0.999 });
    expect(nudged({ x: 0, y: 1 }, { x: -1, y: 1 }, SIZE)).toEqual({ x: 0, y: 1 });
  });
});

describe("points", () => {
  it("come in the middle of an edge, of a zone's last one, too", () => {
    expect(insertedAfter(SQUARE, 3, "zone").at(-1)).toEqual({ x: 0.2, y: 0.5 });
    expect(insertedAfter(SQUARE, 3, "line")).toEqual(SQUARE);
    expect(removedAt(insertedAfter(SQUARE, 0, "zone"), 1)).toEqual(SQUARE);
    expect(middles(SQUARE, "zone")).toHaveLength(4);
    expect(middles(SQUARE, "line")).toHaveLength(3);
  });
});
