import { describe, expect, it } from "vitest";

import { DEFAULT_FILTERS, fromSaved, isNarrowed, orderOf, readFilters, timeBounds, toSaved, writeFilters, type AlertFilters } from "./filters";

const FULL: AlertFilters = {
  status: "confirmed",
  rules: ["loitering", "line_crossing"],
  cameraKeys: ["7"],
  schoolIds: ["no-1", "no-2"],
  risks: ["class_1", "class_3"],
  range: null,
  from: "2026-11-23T16:00:00.000Z",
  to: "2026-11-24T16:00:00.000Z",
  text: "北门 & 围墙",
  order: "newest",
};

describe("filters in the URL", () => {
  it("are nothing by default", () => {
    expect(writeFilters(DEFAULT_FILTERS).toString()).toBe("");
    expect(readFilters(new URLSearchParams())).toEqual(DEFAULT_FILTERS);
  });

  it.each([
    ["everything", FULL],
    ["every status", { ...DEFAULT_FILTERS, status: null }],
    ["a range", { ...DEFAULT_FILTERS, range: "24h" as const }],
  ])("survive the way there and back: %s", (_, filters) => {
    const url = writeFilters(filters).toString();
    expect(readFilters(new URLSearchParams(url))).toEqual(filters);
    expect(fromSaved(toSaved(filters))).toEqual(filters);
  });

  it.each([
    ["what waits, by class", DEFAULT_FILTERS, "class"],
    ["what was judged, newest first", { ...DEFAULT_FILTERS, status: "confirmed" as const }, "newest"],
    ["everything, newest first", { ...DEFAULT_FILTERS, status: null }, "newest"],
    ["as somebody wants it", { ...DEFAULT_FILTERS, order: "newest" as const }, "newest"],
  ])("sort %s", (_, filters, order) => {
    expect(orderOf(filters)).toBe(order);
  });

  it("ignore what they do not know", () => {
    const params = new URLSearchParams("status=closed&risk=class_9&range=1y&from=yesterday");
    expect(readFilters(params)).toEqual(DEFAULT_FILTERS);
  });

  it("are narrowed by anything but the status and the order", () => {
    expect(isNarrowed({ ...DEFAULT_FILTERS, status: null, order: "newest" })).toBe(false);
    expect(isNarrowed({ ...DEFAULT_FILTERS, text: "x" })).toBe(true);
  });
});

describe("timeBounds", () => {
  const now = Date.parse("2026-11-24T06:00:00Z");
  it("counts back from now", () => {
    expect(timeBounds({ ...DEFAULT_FILTERS, range: "1h" }, now)).toEqual({
      from: "2026-11-24T05:00:00.000Z",
    });
    expect(timeBounds({ ...DEFAULT_FILTERS, range: "7d" }, now)).toEqual({
      from: "2026-11-17T06:00:00.000Z",
    });
  });
  it("takes the given bounds otherwise", () => {
    expect(timeBounds(FULL, now)).toEqual({ from: FULL.from, to: FULL.to });
    expect(timeBounds(DEFAULT_FILTERS, now)).toEqual({});
  });
});
