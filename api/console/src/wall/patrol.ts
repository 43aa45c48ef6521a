/* Which rooms a patrol shows next, and what a page tells of those it showed: pure. */
import type { ShowingWrite, SittingView } from "../http/types";
import { SIZES, type Size } from "./layout";
import type { Showing } from "./ShownMeter";

export const DWELLS = [10, 20, 30, 60] as const;
export const ORDERS = ["table", "unseen"] as const;
export type Order = (typeof ORDERS)[number];

/** What the centre does not take any more. */
const MOST_LATE_MS = 30 * 60_000;
const MOST_AT_ONCE = 64;

/** The rooms of one of those in the control room: equal parts, in the table's order; all for others. */
export function partOf(rows: readonly SittingView[], roster: readonly string[], username: string): readonly SittingView[] {
  const at = roster.indexOf(username);
  if (at < 0) return rows;
  const from = (index: number) => Math.floor((index * rows.length) / roster.length);
  return rows.slice(from(at), from(at + 1));
}

/**
 * The rooms to show after these, each with all of its cameras: as many as have no more pictures than
 * `size`, and one at least. `lastSeen` in milliseconds, by room, of those that were.
 */
export function nextRooms(
  rows: readonly SittingView[],
  size: number,
  order: Order,
  current: readonly number[],
  lastSeen: ReadonlyMap<number, number>,
): readonly number[] {
  const pictures = new Map(rows.map((row) => [row.id, row.cameras.length]));
  const seen = rows.filter((row) => row.cameras.length > 0).map((row) => row.id);
  if (order === "unseen") {
    const at = (id: number) => (current.includes(id) ? Infinity : (lastSeen.get(id) ?? -Infinity));
    // Not by a difference: two that were never seen would be NaN apart.
    return fitting([...seen].sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0)), size, pictures);
  }
  const last = current.at(-1);
  const from = last === undefined ? 0 : seen.indexOf(last) + 1;
  return fitting(seen.slice(from < seen.length ? from : 0), size, pictures);
}

function fitting(ids: readonly number[], size: number, pictures: ReadonlyMap<number, number>): readonly number[] {
  let count = 0;
  const end = ids.findIndex((id) => (count += pictures.get(id) ?? 0) > size);
  return ids.slice(0, end < 0 ? ids.length : Math.max(1, end));
}

/** The smallest wall on which so many pictures have their place. */
export function wallOf(pictures: number): Size {
  return SIZES.find((size) => size >= pictures) ?? 9;
}

interface Told {
  sittingId: number;
  cameraKey: number;
  showing: Showing;
}

/** What was seen and is not told yet; what could not be told waits. */
export class Untold {
  private readonly waiting = new Map<string, Told>();

  add(sittingId: number, cameraKey: number, showing: Showing): void {
    // Pictures of one moment have no length.
    if (showing.endedMs > showing.beganMs) this.waiting.set(showing.id, { sittingId, cameraKey, showing });
  }

  /** What to tell now, as so long ago. */
  at(nowMs: number): ShowingWrite[] {
    for (const [id, { showing }] of this.waiting) {
      if (nowMs - showing.beganMs > MOST_LATE_MS) this.waiting.delete(id);
    }
    return [...this.waiting.values()].slice(0, MOST_AT_ONCE).map(({ sittingId, cameraKey, showing }) => ({
      id: showing.id,
      sitting_id: sittingId,
      camera_key: cameraKey,
      began_ms_ago: Math.round(nowMs - showing.beganMs),
      ended_ms_ago: Math.floor(nowMs - showing.endedMs),
      frames: showing.frames,
    }));
  }

  /** These were taken; one that went on meanwhile is told again. */
  taken(told: readonly ShowingWrite[]): void {
    for (const { id, frames } of told) {
      if (this.waiting.get(id)?.showing.frames === frames) this.waiting.delete(id);
    }
  }
}
