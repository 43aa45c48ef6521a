import { describe, expect, it } from "vitest";
import { withheldTotals } from "./withheld";

import { camera } from "../testing/samples";
import { analysedParts } from "./analysed";
import { upsertCamera } from "../camera/cache";
import { cameraTone, CAMERA_STATES, compareCameras, isBlind, loweredRate } from "../camera/state";

describe("camera states", () => {
  it("are green for a watched camera and no other", () => {
    expect(CAMERA_STATES.filter((state) => cameraTone(state) === "ok")).toEqual(["watching"]);
  });

  it("count as blind when somebody should watch and nobody does", () => {
    const blind = CAMERA_STATES.filter((state) => isBlind(camera("x", { state })));
    expect(blind).toEqual(["not_watching", "worker_lost", "unknown"]);
  });

  it("say a lowered rate of a watched camera, and no other rate", () => {
    const lowered = { analysis_fps: 2.5, analysis_fps_configured: 5 };
    expect(loweredRate(camera("a", lowered))).toEqual({ now: 2.5, configured: 5 });
    expect(loweredRate(camera("a"))).toBeNull();
    expect(loweredRate(camera("a", { ...lowered, state: "worker_lost" }))).toBeNull();
    expect(loweredRate(camera("a", { ...lowered, analysis_fps: null }))).toBeNull();
  });

  it("sort the worst first", () => {
    const sorted = [camera("a"), camera("b", { state: "not_watching" })].sort(compareCameras);
    expect(sorted.map((each) => each.camera_id)).toEqual(["b", "a"]);
  });
});

describe("withheld alerts", () => {
  it("add up over rules, each filter by itself", () => {
    const withheld = [
      { rule: "no_mask", merged: 3, budget: 1, picture: 0 },
      { rule: "no_chef_hat", merged: 4, budget: 0, picture: 2 },
    ];
    expect(withheldTotals(camera("a", { withheld }))).toEqual({ merged: 7, budget: 1, picture: 2 });
  });
});

describe("upsertCamera", () => {
  const list = { items: [camera("a"), camera("b")], as_of: "2026-11-24T06:00:00Z" };
  it("replaces a known camera and adds a new one", () => {
    const changed = upsertCamera(list, camera("b", { state: "worker_lost" }));
    expect(changed.items.map((each) => each.state)).toEqual(["watching", "worker_lost"]);
    expect(upsertCamera(list, camera("c")).items).toHaveLength(3);
  });
});

describe("analysedParts", () => {
  it("says what nobody accounted for", () => {
    const parts = analysedParts(
      camera("a", { analysed_s: 43_200, missing: [{ reason: "stalled", seconds: 3600 }] }),
    );
    expect(parts.map((part) => [part.kind, part.seconds])).toEqual([
      ["analysed", 43_200],
      ["stalled", 3600],
      ["untold", 39_600],
    ]);
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  });

  it("does not call rounding a gap", () => {
    expect(analysedParts(camera("a", { analysed_s: 86_370 })).map((part) => part.kind)).toEqual([
      "analysed",
    ]);
  });

  it("never reaches beyond the whole", () => {
    const parts = analysedParts(
      camera("a", { analysed_s: 86_400, missing: [{ reason: "offline", seconds: 30 }] }),
    );
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  });
});
