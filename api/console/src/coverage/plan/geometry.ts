/* Where on a plan a camera hangs and looks. Places are fractions of the picture; angles are degrees,
   0 up and clockwise, as a map is read. */
import { clamp, rounded, type Point, type Size } from "../../drawing/point";
import type { PlacedCamera } from "../../http/types";

export type Looking = Pick<PlacedCamera, "direction_deg" | "view_deg" | "reach">;

/** As a wall camera with a common lens sees; what nobody changed is at least not absurd. */
export const FIRST_LOOK: Looking = { direction_deg: 180, view_deg: 90, reach: 0.12 };

const NARROWEST_DEG = 5;
const SHORTEST = 0.01;

/** From 0 up to, but never, 360. */
export function turned(direction: number, by: number): number {
  return rounded((((direction + by) % 360) + 360) % 360, 1) % 360;
}

export function moved<Hung extends Point>(hung: Hung, by: Point): Hung {
  return { ...hung, x: rounded(clamp(hung.x + by.x, 0, 1), 4), y: rounded(clamp(hung.y + by.y, 0, 1), 4) };
}

export function widened(viewDeg: number, by: number): number {
  return rounded(clamp(viewDeg + by, NARROWEST_DEG, 360), 1);
}

export function reached(reach: number, by: number): number {
  return rounded(clamp(reach + by, SHORTEST, 1), 4);
}

/** The unit step in a direction, with y downwards as on a screen. */
export function step(directionDeg: number): Point {
  const angle = (directionDeg * Math.PI) / 180;
  return { x: Math.sin(angle), y: -Math.cos(angle) };
}

/** In which direction a step goes, 0 to 360. */
export function directionOf({ x, y }: Point): number {
  return ((Math.atan2(x, -y) * 180) / Math.PI + 360) % 360;
}

/** The shorter way from one direction to another, -180 to 180. */
export function turn(from: number, towards: number): number {
  return ((towards - from + 540) % 360) - 180;
}

/** What a camera sees, as the path of an SVG in the picture's own pixels. */
export function wedge(hung: Point & Looking, size: Size): string {
  const radius = hung.reach * Math.max(size.width, size.height);
  const [cx, cy] = [hung.x * size.width, hung.y * size.height];
  const at = (direction: number) => {
    const { x, y } = step(direction);
    return `${rounded(cx + x * radius, 2)} ${rounded(cy + y * radius, 2)}`;
  };
  const r = rounded(radius, 2);
  if (hung.view_deg >= 360) {
    return `M ${at(0)} A ${r} ${r} 0 1 1 ${at(180)} A ${r} ${r} 0 1 1 ${at(0)} Z`;
  }
  const [from, until] = [hung.direction_deg - hung.view_deg / 2, hung.direction_deg + hung.view_deg / 2];
  const isLarge = hung.view_deg > 180 ? 1 : 0;
  return `M ${rounded(cx, 2)} ${rounded(cy, 2)} L ${at(from)} A ${r} ${r} 0 ${isLarge} 1 ${at(until)} Z`;
}

/** How far it is from one place to another, as a share of the picture's longer side. */
export function distance(from: Point, until: Point, size: Size): number {
  const [dx, dy] = [(until.x - from.x) * size.width, (until.y - from.y) * size.height];
  return Math.hypot(dx, dy) / Math.max(size.width, size.height);
}

/** In which direction one place lies from another; a picture is seldom square. */
export function bearing(from: Point, until: Point, size: Size): number {
  return directionOf({ x: (until.x - from.x) * size.width, y: (until.y - from.y) * size.height });
}

/**
 * Where a handle stands, as CSS: as far away as the camera sees, but never so near that a finger
 * would take the camera instead, and never outside of the picture.
 */
export function handleAt(
  hung: Point & Looking,
  direction: number,
  size: Size,
  beyondPx: number,
): { left: string; top: string } {
  const along = step(direction);
  const longer = Math.max(size.width, size.height);
  const away = (side: number) => `(max(${rounded((hung.reach * longer * 100) / side, 3)}%, 52px) + ${beyondPx}px)`;
  const place = (share: number, side: number, by: number) =>
    `clamp(0%, calc(${rounded(share * 100, 3)}% + ${away(side)} * ${rounded(by, 5)}), 100%)`;
  return { left: place(hung.x, size.width, along.x), top: place(hung.y, size.height, along.y) };
}
