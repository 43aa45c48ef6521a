import { describe, expect, it } from "vitest";

import type { SittingView } from "../http/types";
import { nextRooms, partOf, Untold, wallOf } from "./patrol";

const rows = (n: number, without: number[] = []) =>
  Array.from({ length: n }, (_, id) => ({ id, cameras: without.includes(id) ? [] : [id] })) as unknown as SittingView[];
const ids = (part: readonly SittingView[]) => part.map(({ id }) => id);

describe("rooms of a watcher", () => {
  it("are equal parts that leave no room out", () => {
    const roster = ["a", "b", "c"];
    const parts = roster.map((name) => ids(partOf(rows(10), roster, name)));
    expect(parts.map(({ length }) => length)).toEqual([3, 3, 4]);
    expect(parts.flat()).toEqual(ids(rows(10)));
  });

  it("are all rooms for whoever is on no roster", () => {
    expect(partOf(rows(4), ["a"], "b")).toHaveLength(4);
  });
});

describe("the next rooms", () => {
  it("go round, without those that no camera sees", () => {
    const all = rows(5, [1]);
    const first = nextRooms(all, 3, "table", [], new Map());
    const second = nextRooms(all, 3, "table", first, new Map());
    expect([first, second, nextRooms(all, 3, "table", second, new Map())]).toEqual([[0, 2, 3], [4], [0, 2, 3]]);
  });

  it("are shown with all of their cameras, and one at least", () => {
    const all = [1, 2, 3, 1].map((n, id) => ({ id, cameras: Array.from({ length: n }, (_, at) => at) })) as unknown as SittingView[];
    const turns: (readonly number[])[] = [[]];
    for (let n = 0; n < 4; n += 1) turns.push(nextRooms(all, 4, "table", turns.at(-1) ?? [], new Map()));
    expect(turns.slice(1)).toEqual([[0, 1], [2, 3], [0, 1], [2, 3]]);
    expect(nextRooms(all, 1, "table", [1], new Map())).toEqual([2]);
    expect([1, 2, 4, 5, 9, 12].map(wallOf)).toEqual([1, 4, 4, 9, 9, 9]);
  });

  it("are those that nobody saw for longest, and not those that are shown", () => {
    const seen = new Map([
      [0, 900],
      [1, 100],
      [2, 500],
    ]);
    expect(nextRooms(rows(5), 2, "unseen", [3], seen)).toEqual([4, 1]);
    expect(nextRooms(rows(2), 2, "unseen", [0, 1], seen)).toHaveLength(2);
  });
});

describe("what is told", () => {
  const showing = (id: string, beganMs: number, endedMs: number, frames = 9) => ({ id, beganMs, endedMs, frames });

  it("is told as so long ago, and once", () => {
    const untold = new Untold();
    untold.add(7, 1, showing("a", 1000, 3000));
    untold.add(7, 1, showing("b", 1000, 1000));
    const told = untold.at(4000);
    expect(told).toEqual([
      { id: "a", sitting_id: 7, camera_key: 1, began_ms_ago: 3000, ended_ms_ago: 1000, frames: 9 },
    ]);
    untold.taken(told);
    expect(untold.at(5000)).toEqual([]);
  });

  it("waits until it is taken, and is told again when it went on", () => {
    const untold = new Untold();
    const going = showing("a", 0, 1000);
    untold.add(7, 1, going);
    const told = untold.at(2000);
    going.endedMs = 1500;
    going.frames = 12;
    untold.taken(told);
    expect(untold.at(2000)).toMatchObject([{ ended_ms_ago: 500, frames: 12 }]);
    expect(untold.at(31 * 60_000)).toEqual([]);
  });
});
