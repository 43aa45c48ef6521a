import { describe, expect, it } from "vitest";

import { SILENT_MS, shownStatus } from "./stream";

const NOW = 1_800_000_000_000;

describe("the mark of the live line", () => {
  it("is live while the server is heard", () => {
    expect(shownStatus("live", false, NOW - 1000, NOW)).toBe("live");
    expect(shownStatus("live", false, null, NOW)).toBe("live");
  });

  it("turns grey by itself when nothing is heard, whatever the browser believes", () => {
    expect(shownStatus("live", false, NOW - SILENT_MS - 1, NOW)).toBe("reconnecting");
    expect(shownStatus("live", true, NOW, NOW)).toBe("reconnecting");
  });

  it("says no better than the line itself", () => {
    expect(shownStatus("offline", false, NOW, NOW)).toBe("offline");
    expect(shownStatus("connecting", true, null, NOW)).toBe("connecting");
  });
});
