import { describe, expect, it } from "vitest";

import { alertAt, NOW, pagesOf } from "../testing/samples";
import { flatten, moveCount, upsertAlert } from "./cache";
import { DEFAULT_FILTERS, type AlertFilters } from "./filters";

const OLD = alertAt("a", "2026-11-24T05:00:00Z");
const MIDDLE = alertAt("b", "2026-11-24T05:30:00Z");
const NEW = alertAt("c", "2026-11-24T05:45:00Z");
const newest: AlertFilters = { ...DEFAULT_FILTERS, order: "newest" };
const everything: AlertFilters = { ...DEFAULT_FILTERS, status: null };

function ids(result: ReturnType<typeof upsertAlert>): string[] {
  return flatten(result.pages).map((row) => row.id);
}

describe("upsertAlert", () => {
  it("puts a new alert at its place and marks its arrival", () => {
    const result = upsertAlert(pagesOf([NEW, OLD]), MIDDLE, newest, NOW);
    expect(ids(result)).toEqual(["c", "b", "a"]);
    expect(result.arrived).toBe(true);
  });

  it("starts an empty list", () => {
    expect(ids(upsertAlert(pagesOf([]), NEW, newest, NOW))).toEqual(["c"]);
  });

  it("replaces a known alert without calling it new", () => {
    const changed = { ...MIDDLE, clip_url: "/clip" };
    const result = upsertAlert(pagesOf([NEW, MIDDLE]), changed, newest, NOW);
    expect(flatten(result.pages)[1]?.clip_url).toBe("/clip");
    expect(result.arrived).toBe(false);
  });

  it("removes an alert that was judged from the pending list, keeps it in the full one", () => {
    const judged = { ...MIDDLE, status: "confirmed" as const };
    expect(ids(upsertAlert(pagesOf([NEW, MIDDLE, OLD]), judged, newest, NOW))).toEqual([
      "c",
      "a",
    ]);
    expect(ids(upsertAlert(pagesOf([NEW, MIDDLE]), judged, everything, NOW))).toEqual(["c", "b"]);
  });

  it("brings an undone alert back to its place", () => {
    expect(ids(upsertAlert(pagesOf([NEW, OLD]), MIDDLE, newest, NOW))).toEqual([
      "c",
      "b",
      "a",
    ]);
  });

  it("leaves what is older than everything loaded to its page", () => {
    const pages = pagesOf([NEW, MIDDLE]);
    const [page] = pages.pages;
    if (page) page.next_cursor = "more";
    const result = upsertAlert(pages, OLD, newest, NOW);
    expect(ids(result)).toEqual(["c", "b"]);
    expect(result.arrived).toBe(false);
  });

  it("takes an alert of a school that is asked for", () => {
    const filters = { ...newest, schoolIds: ["no-1", "no-2"] };
    const ours = { ...MIDDLE, school: { school_id: "no-2", name: "第二小学", name_en: "" } };
    expect(ids(upsertAlert(pagesOf([NEW]), ours, filters, NOW))).toEqual(["c", "b"]);
  });

  it("inserts into the right one of several pages", () => {
    const result = upsertAlert(pagesOf([NEW], [OLD]), MIDDLE, newest, NOW);
    expect(result.pages.pages.map((page) => page.items.map((row) => row.id))).toEqual([
      ["c"],
      ["b", "a"],
    ]);
  });

  it.each([
    [{ rules: ["loitering"] }],
    [{ cameraKeys: ["99"] }],
    [{ schoolIds: ["no-2"] }],
    [{ risks: ["class_1" as const] }],
    [{ from: "2026-11-24T05:50:00Z" }],
    [{ to: "2026-11-24T05:30:00Z" }],
    [{ range: "1h" as const }],
  ])("keeps out what the filter %j excludes", (narrowed) => {
    const stranger = alertAt("z", "range" in narrowed ? "2026-11-24T04:00:00Z" : MIDDLE.raised_at);
    const result = upsertAlert(pagesOf([]), stranger, { ...newest, ...narrowed }, NOW);
    expect(ids(result)).toEqual([]);
  });

  it("asks the server when the list is searched by text", () => {
    const result = upsertAlert(pagesOf([]), NEW, { ...newest, text: "北" }, NOW);
    expect(result.uncertain).toBe(true);
    expect(ids(result)).toEqual([]);
  });
});

describe("flatten", () => {
  it("shows an alert once when pages overlap", () => {
    expect(flatten(pagesOf([NEW, MIDDLE], [MIDDLE, OLD])).map((row) => row.id)).toEqual([
      "c",
      "b",
      "a",
    ]);
  });
});

describe("moveCount", () => {
  const counts = { pending_review: 1, confirmed: 0, false_positive: 4, seen: 0 };
  it("moves one and never below zero", () => {
    const once = moveCount(counts, "pending_review", "confirmed");
    expect(once).toEqual({ pending_review: 0, confirmed: 1, false_positive: 4, seen: 0 });
    expect(moveCount(once, "pending_review", "confirmed").pending_review).toBe(0);
  });
});

describe("a queue by class", () => {
  const urgent = alertAt("u", "2026-11-24T05:40:00Z", { risk: "class_1" });
  const slight = alertAt("s", "2026-11-24T04:00:00Z", { risk: "class_3" });

  it("holds the highest class first, and in it what waits longest", () => {
    let pages = pagesOf([]);
    for (const alert of [NEW, slight, OLD, urgent, MIDDLE]) {
      pages = upsertAlert(pages, alert, DEFAULT_FILTERS, NOW).pages;
    }
    expect(flatten(pages).map((row) => row.id)).toEqual(["u", "a", "b", "c", "s"]);
  });

  it("takes what is urgent above everything loaded, and leaves what is slight to its page", () => {
    const pages = pagesOf([OLD, MIDDLE], [NEW]);
    const [, last] = pages.pages;
    if (last) last.next_cursor = "more";
    expect(ids(upsertAlert(pages, urgent, DEFAULT_FILTERS, NOW))).toEqual(["u", "a", "b", "c"]);
    const left = upsertAlert(pages, slight, DEFAULT_FILTERS, NOW);
    expect(ids(left)).toEqual(["a", "b", "c"]);
    expect(left.arrived).toBe(false);
  });
});
