/* What a drawn shape must be, as the box checks it (pipeline/geometry/shapes.py); pure. Points are
   numbered from 1, in the order drawn. */
import { clamp, rounded, type Point, type Size } from "../drawing/point";

export type ShapeKind = "zone" | "line";

/** As many as an alert can carry. */
export const MOST_POINTS = 256;
/** A point this near to the picture's border was meant to lie on it. */
export const BORDER = 0.01;
/** Of the picture's longer side: so near to another shape's corner it is that corner. */
const NEAR = 0.01;
const EPSILON = 1e-9;

export type Fault =
  | { code: "few" | "many" | "outside" | "flat"; at: number }
  | { code: "same"; at: number; other: number }
  /** Edges by their two points each. */
  | { code: "crossing"; edge: readonly [number, number]; other: readonly [number, number] };

export function fewest(kind: ShapeKind): number {
  return kind === "zone" ? 3 : 2;
}

/** What keeps a shape from being used; null of a good one. */
export function faultOf(points: readonly Point[], kind: ShapeKind): Fault | null {
  if (points.length < fewest(kind)) return { code: "few", at: points.length };
  if (points.length > MOST_POINTS) return { code: "many", at: points.length };
  const outside = points.findIndex(({ x, y }) => !(x >= 0 && x <= 1 && y >= 0 && y <= 1));
  if (outside >= 0) return { code: "outside", at: outside + 1 };
  const isClosed = kind === "zone";
  const same = sameNeighbours(points, isClosed);
  if (same) return same;
  if (!isClosed) return null;
  if (isFlat(points)) return { code: "flat", at: points.length };
  return crossingOf(points, true);
}

/** What keeps a point from being the next one of a shape that is not closed yet. */
export function nextFault(drawn: readonly Point[], next: Point, kind: ShapeKind): Fault | null {
  const points = [...drawn, next];
  if (points.length > MOST_POINTS) return { code: "many", at: points.length };
  return sameNeighbours(points, false) ?? (kind === "zone" ? crossingOf(points, false) : null);
}

function sameNeighbours(points: readonly Point[], isClosed: boolean): Fault | null {
  for (const [index, [from, to]] of edges(points, isClosed).entries()) {
    if (isSame(from, to)) return { code: "same", at: index + 1, other: ((index + 1) % points.length) + 1 };
  }
  return null;
}

/** Where an outline meets itself; two edges that follow each other may share their corner only. */
export function crossingOf(points: readonly Point[], isClosed: boolean): Fault | null {
  const all = edges(points, isClosed);
  for (let i = 0; i < all.length; i += 1) {
    for (let j = i + 1; j < all.length; j += 1) {
      const follows = j === i + 1;
      const closes = isClosed && i === 0 && j === all.length - 1;
      if (meet(all[i], all[j], follows, closes)) {
        return { code: "crossing", edge: ends(i, points.length), other: ends(j, points.length) };
      }
    }
  }
  return null;
}

type Edge = readonly [Point, Point];

function meet(one: Edge | undefined, other: Edge | undefined, follows: boolean, closes: boolean): boolean {
  if (!one || !other) return false;
  // Of a triangle's edges each follows each.
  if (follows) return foldsBack(one[0], one[1], other[1]);
  if (closes) return foldsBack(other[0], other[1], one[1]);
  return intersects(one, other);
}

/** Whether one goes from a corner back over the way one came. */
function foldsBack(from: Point, corner: Point, to: Point): boolean {
  const [ax, ay] = [corner.x - from.x, corner.y - from.y];
  const [bx, by] = [to.x - corner.x, to.y - corner.y];
  return Math.abs(ax * by - ay * bx) < 1e-12 && ax * bx + ay * by < 0;
}

function intersects([a, b]: Edge, [c, d]: Edge): boolean {
  const [abc, abd] = [sideOf(a, b, c), sideOf(a, b, d)];
  const [cda, cdb] = [sideOf(c, d, a), sideOf(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && isBetween(a, b, c)) ||
    (abd === 0 && isBetween(a, b, d)) ||
    (cda === 0 && isBetween(c, d, a)) ||
    (cdb === 0 && isBetween(c, d, b))
  );
}

function sideOf(from: Point, to: Point, of: Point): number {
  const cross = (to.x - from.x) * (of.y - from.y) - (to.y - from.y) * (of.x - from.x);
  return Math.abs(cross) < 1e-12 ? 0 : Math.sign(cross);
}

function isBetween(from: Point, to: Point, of: Point): boolean {
  return (
    of.x >= Math.min(from.x, to.x) &&
    of.x <= Math.max(from.x, to.x) &&
    of.y >= Math.min(from.y, to.y) &&
    of.y <= Math.max(from.y, to.y)
  );
}

function edges(points: readonly Point[], isClosed: boolean): Edge[] {
  return points.flatMap((point, index): Edge[] => {
    const next = points[index + 1] ?? (isClosed ? points[0] : undefined);
    return next ? [[point, next]] : [];
  });
}

function ends(index: number, count: number): readonly [number, number] {
  return [index + 1, ((index + 1) % count) + 1];
}

/** Whether all points lie on one line. */
function isFlat(points: readonly Point[]): boolean {
  const [first] = points;
  if (!first) return true;
  const far = points.reduce((best, each) => (apart(each, first) > apart(best, first) ? each : best), first);
  const off = points.map(({ x, y }) =>
    Math.abs((far.x - first.x) * (y - first.y) - (far.y - first.y) * (x - first.x)),
  );
  return Math.max(...off) <= EPSILON;
}

function apart(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function isSame(one: Point, other: Point): boolean {
  return Math.abs(one.x - other.x) <= EPSILON && Math.abs(one.y - other.y) <= EPSILON;
}

/** A place within the picture; near its border on it, near a corner of another shape that corner. */
export function snapped(point: Point, corners: readonly Point[], size: Size): Point {
  const within = { x: clamp(point.x, 0, 1), y: clamp(point.y, 0, 1) };
  const longer = Math.max(size.width, size.height);
  const away = (to: Point) =>
    Math.hypot((to.x - within.x) * size.width, (to.y - within.y) * size.height) / longer;
  const [nearest] = [...corners].sort((a, b) => away(a) - away(b));
  if (nearest && away(nearest) <= NEAR) return { x: nearest.x, y: nearest.y };
  return { x: toBorder(within.x), y: toBorder(within.y) };
}

function toBorder(value: number): number {
  if (value <= BORDER) return 0;
  return value >= 1 - BORDER ? 1 : rounded(value, 4);
}

/** A point moved by whole pixels of the picture, as keys do. */
export function nudged(point: Point, by: Point, size: Size): Point {
  return {
    x: rounded(clamp(point.x + by.x / size.width, 0, 1), 4),
    y: rounded(clamp(point.y + by.y / size.height, 0, 1), 4),
  };
}

export function movedAt(points: readonly Point[], index: number, to: Point): Point[] {
  return points.map((each, at) => (at === index ? to : each));
}

/** A new point in the middle of the edge that begins at a point; a line's last has none. */
export function insertedAfter(points: readonly Point[], index: number, kind: ShapeKind): Point[] {
  const from = points[index];
  const to = points[index + 1] ?? (kind === "zone" ? points[0] : undefined);
  if (!from || !to) return [...points];
  return [...points.slice(0, index + 1), middle(from, to), ...points.slice(index + 1)];
}

export function removedAt(points: readonly Point[], index: number): Point[] {
  return points.filter((_, at) => at !== index);
}

export function middle(from: Point, to: Point): Point {
  return { x: rounded((from.x + to.x) / 2, 4), y: rounded((from.y + to.y) / 2, 4) };
}

/** The middles of edges that are long enough to be taken hold of, with the point each begins at. */
export function middles(points: readonly Point[], kind: ShapeKind): { after: number; at: Point }[] {
  return edges(points, kind === "zone").flatMap(([from, to], after) =>
    apart(from, to) > 0.06 ? [{ after, at: middle(from, to) }] : [],
  );
}

/**
 * Where a line's arrow stands and which way `in` goes, in the picture's own pixels: for who walks along
 * the line from its first point to its last, from the left hand to the right.
 */
export function inwards(points: readonly Point[], size: Size): { at: Point; towards: Point } | null {
  const [from, to] = longest(points, size);
  if (!from || !to) return null;
  const [dx, dy] = [(to.x - from.x) * size.width, (to.y - from.y) * size.height];
  const length = Math.hypot(dx, dy);
  if (length === 0) return null;
  return {
    at: { x: ((from.x + to.x) / 2) * size.width, y: ((from.y + to.y) / 2) * size.height },
    towards: { x: -dy / length, y: dx / length },
  };
}

function longest(points: readonly Point[], size: Size): Edge | [] {
  const length = ([from, to]: Edge) =>
    Math.hypot((to.x - from.x) * size.width, (to.y - from.y) * size.height);
  const [best] = edges(points, false).sort((a, b) => length(b) - length(a));
  return best ?? [];
}
