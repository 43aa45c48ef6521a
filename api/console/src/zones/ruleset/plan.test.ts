import { expect, test } from "vitest";

import type { BoxPlan, CameraPlan, RuleSetPlan } from "../../http/types";
import { camerasOf, countOf, isLocal, seenBoxes } from "./plan";

const camera = (outcome: CameraPlan["outcome"], why: CameraPlan["why"] = null) => ({ outcome, why }) as CameraPlan;
const box = (box_id: number, digest: string | null, ...cameras: CameraPlan[]) =>
  ({ box_id, version: box_id + 1, digest, cameras }) as BoxPlan;

const PLAN: RuleSetPlan = {
  boxes: [
    box(1, "abc", camera("changes"), camera("refused", "needs_model")),
    box(2, null, camera("unchanged")),
    box(3, null, camera("refused", "local")),
  ],
  without_box: [camera("refused", "no_box")],
  as_of: "2026-11-30T06:00:00Z",
};

test("every camera is counted once, those without a box too", () => {
  expect(camerasOf(PLAN)).toHaveLength(5);
  expect(countOf(PLAN)).toEqual({ changes: 1, unchanged: 1, refused: 3 });
});

test("only a box that changes is asked for, as it was seen", () => {
  expect(seenBoxes(PLAN)).toEqual([{ box_id: 1, version: 2, digest: "abc" }]);
});

test("a box of its own file can be taken, one without a model cannot", () => {
  expect(PLAN.boxes.map(isLocal)).toEqual([false, false, true]);
});
