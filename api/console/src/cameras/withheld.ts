import type { CameraView } from "../http/types";

export const WITHHELD = ["merged", "budget", "picture"] as const;

type Totals = Record<(typeof WITHHELD)[number], number>;

/** Over all rules of a camera. */
export function withheldTotals(camera: CameraView): Totals {
  const totals: Totals = { merged: 0, budget: 0, picture: 0 };
  for (const each of camera.withheld) {
    for (const why of WITHHELD) totals[why] += each[why] ?? 0;
  }
  return totals;
}
