import { describe, expect, it } from "vitest";

import { MOST_STILL_MS, ShownMeter, type Showing } from "./ShownMeter";

function meter() {
  const seen = new Map<string, Showing>();
  let made = 0;
  const made_ = new ShownMeter(
    (showing) => seen.set(showing.id, { ...showing }),
    () => `s${++made}`,
  );
  /** Pictures every 40 ms, as the player puts them on the screen. */
  const play = (fromMs: number, toMs: number, isSeen = true) => {
    for (let at = fromMs; at <= toMs; at += 40) made_.frame(at, at / 1000, isSeen);
  };
  return { meter: made_, play, lengths: () => [...seen.values()].map(({ beganMs, endedMs }) => endedMs - beganMs) };
}

describe("what is seen", () => {
  it("lasts from the first picture to the last", () => {
    const { play, lengths } = meter();
    play(0, 4000);
    expect(lengths()).toEqual([4000]);
  });

  it("does not last while the page is hidden, though pictures come", () => {
    const { play, lengths } = meter();
    play(0, 2000);
    play(2040, 8000, false);
    play(8040, 9040);
    expect(lengths()).toEqual([2000, 1000]);
  });

  it("does not last over a stall", () => {
    const { meter: shown, play, lengths } = meter();
    play(0, 1000);
    shown.frame(1000 + MOST_STILL_MS + 1, 9, true);
    expect(lengths()).toEqual([1000]);
    play(5000, 6000);
    expect(lengths()).toEqual([1000, 1000]);
  });

  it("does not last while one picture is drawn again and again", () => {
    const { meter: shown, play, lengths } = meter();
    play(0, 1000);
    for (let at = 1040; at < 20_000; at += 40) shown.frame(at, 1, true);
    expect(lengths()).toEqual([1000]);
  });

  it("is nothing where a single picture came", () => {
    const { meter: shown, lengths } = meter();
    shown.frame(0, 0.04, true);
    expect(lengths()).toEqual([]);
  });
});
