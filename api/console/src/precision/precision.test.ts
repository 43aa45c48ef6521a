import { expect, it, test } from "vitest";

import type { PrecisionBehind } from "../http/types";
import { configuration, countOf, linesOf, percent, readBehind, writeBehind, VIEWS } from "./precision";
import { REPORT } from "../testing/precision";
import { readFilters } from "./usePrecision";

test.each([
  [0, "0"],
  [0.0001, "0.1"],
  [0.625, "62.5"],
  [0.9996, "99.9"],
  [1, "100"],
])("%s is %s %%: neither all nor none unless it is", (share, text) => {
  expect(percent(share)).toBe(text);
});

it("counts by each view, and each row knows which alerts it counts", () => {
  const sizes = VIEWS.map((view) => [view, linesOf(REPORT, view).length, countOf(REPORT, view)]);
  expect(sizes).toEqual([
    ["rule_model", 1, 1],
    ["row", 1, 250],
    ["rule", 1, 1],
    ["model", 1, 1],
    ["camera", 1, 120],
  ]);
  expect(linesOf(REPORT, "row")[0]?.behind).toEqual({
    rule: ["fire_smoke"],
    model_id: "fire_smoke",
    model_sha256: "ab".repeat(32),
    camera_key: [7],
  });
});

test.each<PrecisionBehind>([
  { rule: ["fire_smoke"], status: ["false_positive"], reason: ["weather_light"] },
  { model_id: "m", model_sha256: "ab", camera_key: [7], score_below: 0.44, status: ["confirmed"] },
])("what stands behind a number comes back from the address: %o", (behind) => {
  const read = readBehind(writeBehind(behind), ["animal", "weather_light"]);
  const told = Object.entries(read ?? {}).filter(([, value]) => value !== null && String(value) !== "");
  expect(Object.fromEntries(told)).toEqual(behind);
});

it("leaves out of an old link what nobody knows any more", () => {
  const read = readBehind("status=gone&reason=gone&camera_key=x&score_below=7", ["animal"]);
  expect(read).toMatchObject({ status: [], reason: [], score_below: null });
  expect(Object.keys(read ?? {})).not.toContain("camera_key");
  expect(readBehind(null, [])).toBeNull();
  expect(readFilters(new URLSearchParams("days=5&lost=50&camera=-1"))).toEqual({
    days: 90,
    max_lost_percent: 0,
  });
});

it("says where a threshold is written", () => {
  const [everywhere] = linesOf(REPORT, "rule_model");
  const [here] = linesOf(REPORT, "row");
  if (!everywhere || !here) throw new Error("no rows");
  expect(configuration(everywhere, 0.4)).toBe("rules:\n  - type: fire_smoke\n    min_score: 0.40");
  expect(configuration(here, 0.44)).toBe(
    "cameras:\n  - id: kitchen-1\n    rules:\n      - id: stove\n        min_score: 0.44",
  );
});
