import type { BoxView, CameraView } from "../http/types";

/** How a box is shown; `unheard` is enrolled and has not reported yet. */
export const BOX_STATES = ["reporting", "silent", "unheard", "waiting", "revoked"] as const;
export type BoxShown = (typeof BOX_STATES)[number];

export function boxState(box: Pick<BoxView, "state" | "workers">): BoxShown {
  if (box.state !== "active") return box.state;
  if (box.workers.length === 0) return "unheard";
  return box.workers.some((worker) => worker.lost) ? "silent" : "reporting";
}

/** Cameras that are looked at less often than configured, because the machine cannot keep up. */
export function lowered(cameras: readonly CameraView[]): { lowered: number; all: number } {
  const slow = cameras.filter(
    ({ analysis_fps: now, analysis_fps_configured: configured, reason }) =>
      reason === "overloaded" || (now !== null && configured !== null && now < configured),
  );
  return { lowered: slow.length, all: cameras.length };
}

/** Seconds off from which a clock is told as wrong: evidence is dated by it. */
export const CLOCK_WRONG_S = 5;
/** Free disk from which a box is told as full, in bytes. */
export const DISK_LOW_BYTES = 5e9;
