import { describe, expect, it } from "vitest";

import { alertAt } from "../../testing/samples";
import { boxIsCurrent, clipTimes, offsetText } from "./timeline";

const ALERT = alertAt("a", "2026-11-24T05:00:05Z", {
  started_at: "2026-11-24T05:00:04Z",
  ended_at: "2026-11-24T05:01:00Z",
  clip_url: "/clip",
  clip_starts_at: "2026-11-24T05:00:00Z",
  clip_duration_s: 10,
});

describe("clipTimes", () => {
  it("places moment and event within the clip", () => {
    expect(clipTimes(ALERT)).toEqual({
      durationS: 10,
      momentS: 5,
      eventStartS: 4,
      eventEndS: 10,
      beginS: 2,
    });
  });

  it("believes the file about its length", () => {
    expect(clipTimes(ALERT, 4.5)?.momentS).toBe(4.5);
  });

  it("is nothing without a clip", () => {
    expect(clipTimes({ ...ALERT, clip_url: null })).toBeNull();
  });
});

describe("the box", () => {
  it("is shown around its moment only, and offsets have a sign", () => {
    const times = clipTimes(ALERT);
    if (!times) throw new Error("no clip");
    expect(boxIsCurrent(times, 5.4)).toBe(true);
    expect(boxIsCurrent(times, 7)).toBe(false);
    expect(offsetText(times, 2.6)).toBe("−2.4");
    expect(offsetText(times, 5)).toBe("+0.0");
  });
});
