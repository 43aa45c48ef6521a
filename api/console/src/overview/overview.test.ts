import { describe, expect, it } from "vitest";

import type { CameraView } from "../http/types";
import { schoolLine } from "../testing/compliance";
import { camerasOf, ofClass, queueOf, ringsOf, weeksUntil } from "./overview";

const camera = (state: CameraView["state"], analysed_s: number) =>
  ({ state, analysed_s, analysed_window_s: 100 }) as CameraView;

describe("the cameras of a district", () => {
  it("are blind when nobody tells of them, and count in what was not analysed", () => {
    const cameras = [camera("watching", 100), camera("worker_lost", 0), camera("unknown", 20), camera("connecting", 0)];
    expect(camerasOf(cameras)).toEqual({ total: 4, watched: 1, blind: 2, analysed: 0.3 });
  });

  it("leave out those that are switched off", () => {
    expect(camerasOf([camera("watching", 50), camera("disabled", 0)])).toEqual({
      total: 1,
      watched: 1,
      blind: 0,
      analysed: 0.5,
    });
  });

  it("are never all analysed when there are none", () => {
    expect(camerasOf([]).analysed).toBeNull();
  });
});

it("adds the rings of all schools", () => {
  expect(ringsOf([schoolLine(), schoolLine()])).toEqual({
    coverage: { good: 10, bad: 2, total: 20 },
    retention: { good: 2, bad: 2, total: 8 },
  });
});

it("counts weeks that touch, the last with today in it", () => {
  const weeks = weeksUntil("2026-05-03");
  expect(weeks).toHaveLength(4);
  expect(weeks.slice(1).map(({ from }) => from)).toEqual(weeks.slice(0, -1).map(({ to }) => to));
  expect(Date.parse(weeks.at(-1)?.to ?? "")).toBe(new Date(2026, 4, 4).getTime());
});

it("opens the queue that a number counts", () => {
  expect(queueOf(ofClass("class_1"), "confirmed")).toBe("/?status=confirmed&risk=class_1&range=7d");
  expect(queueOf(ofClass("class_2"), "pending_review")).toBe("/?risk=class_2&range=7d");
});
