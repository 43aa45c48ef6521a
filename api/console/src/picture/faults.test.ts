import { describe, expect, it } from "vitest";

import { termIds } from "../i18n/terms";
import { comparesWithReference, isPictureFault } from "./faults";

describe("picture faults", () => {
  it("are rules of the vocabulary, and not the others", () => {
    const faults = termIds("rules").filter((rule) => isPictureFault({ rule }));
    expect(faults).toHaveLength(9);
    expect(isPictureFault({ rule: "perimeter_intrusion" })).toBe(false);
  });

  it("end by a new reference only where they were found against one", () => {
    const ended = termIds("rules").filter(comparesWithReference);
    expect(ended.every((rule) => isPictureFault({ rule }))).toBe(true);
    expect(ended).toContain("scene_change");
    expect(ended).not.toContain("video_loss");
  });
});
