import { describe, expect, it } from "vitest";

import { recordingDay as day } from "../testing/recordings";
import { firstMoment, heldAt, heldIn, nextStop, origins, ownSpans, percent, schoolClock, shiftDay, showing, stops, sums, ticks, untold, within, zoom } from "./day";

// 2026-11-24 in Shanghai.
const MIDNIGHT = Date.parse("2026-11-23T16:00:00Z");
const HOUR = 3_600_000;
const at = (hours: number) => new Date(MIDNIGHT + hours * HOUR).toISOString();
const whole = { from: MIDNIGHT, to: MIDNIGHT + 24 * HOUR };

const gap = (from: number, to: number) => ({ from_at: at(from), to_at: at(to), cause: "offline" as const, detail: "" });
const span = (from: number, to: number) => ({ from_at: at(from), to_at: at(to) });

describe("untold", () => {
  it("is what neither footage nor gap covers, and never the future", () => {
    const found = untold(day({ spans: [span(1, 3), span(4, 6)], gaps: [gap(3, 4)] }));
    expect(found.map((each) => [(each.from - MIDNIGHT) / HOUR, (each.to - MIDNIGHT) / HOUR])).toEqual([
      [0, 1],
      [6, 12],
    ]);
  });

  it("is nothing when all was told", () => {
    expect(untold(day({ spans: [span(0, 11)], gaps: [gap(11, 12)] }))).toEqual([]);
    expect(untold(day({ as_of: at(-5) }))).toEqual([]);
  });
});

describe("sums", () => {
  it("counts what was told, not the day", () => {
    expect(sums(day({ spans: [span(0, 9)], gaps: [gap(9, 12)] }))).toEqual({
      recordedS: 9 * 3600,
      missingS: 3 * 3600,
      share: 0.75,
    });
    expect(sums(day()).share).toBeNull();
    const young = { ...gap(0, 9), cause: "before_first_footage" as const };
    expect(sums(day({ gaps: [young], spans: [span(9, 12)] })).share).toBe(1);
    expect(stops(day({ gaps: [young] }))).toEqual([]);
  });
});

describe("stops", () => {
  const busy = day({
    gaps: [gap(3, 4)],
    alerts: [
      { id: "a", rule: "fall", zone: "", risk: "class_1", status: "confirmed", started_at: at(2), raised_at: at(2), ended_at: at(2.1) },
    ],
  });
  it("are alerts and gaps in order, a little early", () => {
    expect(stops(busy)).toEqual([MIDNIGHT + 2 * HOUR - 10_000, MIDNIGHT + 3 * HOUR - 5000]);
  });

  it("lead on when a key is pressed again", () => {
    const first = nextStop(busy, MIDNIGHT, 1);
    expect(first).toBe(MIDNIGHT + 2 * HOUR - 10_000);
    const second = nextStop(busy, first ?? 0, 1);
    expect(second).toBe(MIDNIGHT + 3 * HOUR - 5000);
    expect(nextStop(busy, second ?? 0, 1)).toBeNull();
    expect(nextStop(busy, second ?? 0, -1)).toBe(first);
    expect(nextStop(busy, first ?? 0, -1)).toBeNull();
  });
});

describe("the view", () => {
  it("zooms around a moment and stays in the day", () => {
    const near = zoom(whole, whole, 0.5, MIDNIGHT + 6 * HOUR);
    expect(near).toEqual({ from: MIDNIGHT + 3 * HOUR, to: MIDNIGHT + 15 * HOUR });
    expect(zoom(near, whole, 4, MIDNIGHT + 6 * HOUR)).toEqual(whole);
    expect(zoom(near, whole, 0.00001, MIDNIGHT).to - zoom(near, whole, 0.00001, MIDNIGHT).from).toBe(120_000);
    expect(within({ from: whole.from - HOUR, to: whole.from + HOUR }, whole).from).toBe(whole.from);
  });

  it("follows a moment that left it", () => {
    const near = { from: MIDNIGHT, to: MIDNIGHT + HOUR };
    expect(showing(near, whole, MIDNIGHT + 1000)).toBe(near);
    expect(showing(near, whole, MIDNIGHT + 5 * HOUR)).toEqual({
      from: MIDNIGHT + 4.5 * HOUR,
      to: MIDNIGHT + 5.5 * HOUR,
    });
  });

  it("labels round moments of the school's clock", () => {
    const labels = ticks(whole, whole).map((each) => schoolClock(each, "Asia/Shanghai", false));
    expect(labels).toEqual(["00:00", "02:00", "04:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00", "00:00"]);
    expect(ticks(whole, whole, 4).length).toBeLessThanOrEqual(5);
    expect(ticks({ from: MIDNIGHT + 1, to: MIDNIGHT + 600_000 }, whole)[0]).toBe(MIDNIGHT + 60_000);
    expect(percent(MIDNIGHT + 6 * HOUR, whole)).toBe(25);
  });
});

describe("days", () => {
  it("are calendar days, also across months and clock changes", () => {
    expect(shiftDay("2026-03-01", -1)).toBe("2026-02-28");
    expect(shiftDay("2026-03-28", 2)).toBe("2026-03-30");
    expect(schoolClock(Date.parse("2026-10-25T01:30:00Z"), "Europe/Berlin", false)).toBe("02:30");
  });

  it("begin near the newest footage", () => {
    expect(firstMoment(day({ spans: [span(1, 3), span(4, 6)] }))).toBe(MIDNIGHT + 6 * HOUR - 60_000);
    expect(firstMoment(day())).toBe(MIDNIGHT);
  });
});

describe("footage in a recorder", () => {
  const held = (from: number, to: number, device = "nvr") => ({ ...span(from, to), device, channel: "1" });

  it("is drawn as the recorder's and not as the box's", () => {
    const shown = day({ spans: [span(0, 4), span(6, 12)], held: [held(2, 3), held(6, 12)] });
    expect(ownSpans(shown)).toEqual([
      { from: MIDNIGHT, to: MIDNIGHT + 2 * HOUR },
      { from: MIDNIGHT + 3 * HOUR, to: MIDNIGHT + 4 * HOUR },
    ]);
    expect(ownSpans(day({ spans: [span(1, 2)] }))).toEqual([{ from: MIDNIGHT + HOUR, to: MIDNIGHT + 2 * HOUR }]);
  });

  it("names each recorder once", () => {
    expect(origins(day({ held: [held(0, 1), held(2, 3), held(4, 5, "card")] }))).toEqual(["nvr/1", "card/1"]);
  });

  it("is found in a gap, cut to it", () => {
    const shown = day({ gaps: [gap(2, 4)], held: [held(1, 3)] });
    const [found] = heldIn(shown, { from: MIDNIGHT + 2 * HOUR, to: MIDNIGHT + 4 * HOUR });
    expect(found?.range).toEqual({ from: MIDNIGHT + 2 * HOUR, to: MIDNIGHT + 3 * HOUR });
    expect(heldIn(shown, { from: MIDNIGHT + 3 * HOUR, to: MIDNIGHT + 4 * HOUR })).toEqual([]);
  });

  it("says where a moment's footage comes from", () => {
    const shown = day({ spans: [span(0, 4)], held: [held(2, 4)] });
    expect(heldAt(shown, MIDNIGHT + HOUR)).toBeNull();
    expect(heldAt(shown, MIDNIGHT + 3 * HOUR)).toBe("nvr/1");
  });

  it("is where playing begins when the box itself has nothing later", () => {
    expect(firstMoment(day({ spans: [span(0, 1)], held: [held(2, 3)] }))).toBe(MIDNIGHT + 3 * HOUR - 60_000);
  });
});
