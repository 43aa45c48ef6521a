import type { CameraView, MissingReason } from "../http/types";

export interface Part {
  kind: "analysed" | "untold" | MissingReason;
  seconds: number;
  /** Of the window, 0–1. */
  share: number;
}

/** Shorter than this, what nobody accounted for is rounding, not a gap. */
const NOTICEABLE_S = 60;

/** The window cut into what was analysed, what was missed and why, and what nobody told. */
export function analysedParts(camera: CameraView): Part[] {
  const window_s = camera.analysed_window_s;
  if (window_s <= 0) return [];
  const told: { kind: Part["kind"]; seconds: number }[] = [
    { kind: "analysed", seconds: camera.analysed_s },
    ...camera.missing.map((each) => ({ kind: each.reason, seconds: each.seconds })),
  ];
  const sum = told.reduce((total, part) => total + part.seconds, 0);
  const untold = window_s - sum;
  if (untold >= NOTICEABLE_S) told.push({ kind: "untold", seconds: untold });
  const whole = Math.max(window_s, sum);
  return told
    .filter((part) => part.seconds > 0)
    .map((part) => ({ ...part, share: part.seconds / whole }));
}
