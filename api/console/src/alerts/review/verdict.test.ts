import { describe, expect, it } from "vitest";

import type { Showing } from "../../picture/showing";
import { mayJudge, type Hand } from "./verdict";

describe("a verdict", () => {
  it.each<[Showing, Hand, boolean]>([
    ["shown", "key", true],
    ["shown", "pointer", true],
    ["waiting", "key", false],
    ["waiting", "pointer", false],
    ["failed", "key", false],
    // An alert whose picture is lost must still be judged by somebody.
    ["failed", "pointer", true],
  ])("on a picture that is %s, by %s: %s", (showing, hand, allowed) => {
    expect(mayJudge(showing, hand)).toBe(allowed);
  });
});
