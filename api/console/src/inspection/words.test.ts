import { describe, expect, it } from "vitest";

import type { InspectionFact } from "../http/types";
import { factTone } from "./words";

const fact = (kind: InspectionFact["kind"], total: number, good: number, unknown = 0): InspectionFact => ({
  kind,
  place: "",
  total,
  good,
  unknown,
});

describe("what is known of an item", () => {
  it.each([
    [fact("cameras", 5, 5), "ok"],
    [fact("cameras", 5, 4), "gap"],
    [fact("cameras", 5, 3, 1), "gap"],
    [fact("cameras", 5, 4, 1), "unknown"],
    // Where no camera hangs nobody can tell: it is neither well nor ill.
    [fact("cameras", 0, 0), "unknown"],
    [fact("footage", 2, 0, 2), "unknown"],
    [fact("forbidden", 0, 0), "ok"],
    [fact("forbidden", 1, 0), "gap"],
    [fact("orders", 0, 0), "ok"],
    [fact("orders", 3, 3), "ok"],
    [fact("orders", 3, 2), "gap"],
  ])("%o is %s", (told, tone) => {
    expect(factTone(told)).toBe(tone);
  });
});
