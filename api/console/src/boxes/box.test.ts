import { expect, test } from "vitest";

import type { BoxView, CameraView } from "../http/types";
import { boxState, lowered } from "./box";

const workers = (...lost: boolean[]) => lost.map((each) => ({ lost: each })) as BoxView["workers"];

test.each([
  ["waiting", workers(), "waiting"],
  ["revoked", workers(false), "revoked"],
  ["active", workers(), "unheard"],
  ["active", workers(false), "reporting"],
  ["active", workers(false, true), "silent"],
] as const)("%s with %o is %s", (state, told, shown) => {
  expect(boxState({ state, workers: told })).toBe(shown);
});

test("a machine that cannot keep up is told by what is looked at less often", () => {
  const camera = (now: number | null, configured: number | null, reason = "") =>
    ({ analysis_fps: now, analysis_fps_configured: configured, reason }) as CameraView;
  const cameras = [camera(5, 5), camera(2, 5), camera(null, null), camera(5, 5, "overloaded")];
  expect(lowered(cameras)).toEqual({ lowered: 2, all: 4 });
});
