/* What a leader's page makes of the lists: pure. */
import dayjs from "dayjs";

import { DEFAULT_FILTERS, RISKS, writeFilters, type AlertFilters, type Risk, type Status } from "../alert/filters";
import { isBlind } from "../camera/state";
import type { CameraView, SchoolCompliance } from "../http/types";
import { coverageRing, retentionRing, type RingShares } from "../verdict/verdict";

export { RISKS };
export const STATES: readonly Status[] = ["pending_review", "confirmed", "false_positive"];
const WEEKS = 4;

export interface Cameras {
  /** Somebody should look at them. */
  total: number;
  watched: number;
  blind: number;
  /** Of the last 24 hours of all of them, 0–1; null where there is none. */
  analysed: number | null;
}

/** A camera that nobody tells of counts as not looked at. */
export function camerasOf(cameras: readonly CameraView[]): Cameras {
  const used = cameras.filter(({ state }) => state !== "disabled");
  const window_s = used.reduce((sum, camera) => sum + camera.analysed_window_s, 0);
  const analysed_s = used.reduce((sum, camera) => sum + camera.analysed_s, 0);
  return {
    total: used.length,
    watched: used.filter(({ state }) => state === "watching").length,
    blind: used.filter(isBlind).length,
    analysed: window_s > 0 ? Math.min(1, analysed_s / window_s) : null,
  };
}

/** The rings of all schools together. */
export function ringsOf(schools: readonly SchoolCompliance[]): { coverage: RingShares; retention: RingShares } {
  const sum = (rings: RingShares[]) =>
    rings.reduce(
      (all, { good, bad, total }) => ({ good: all.good + good, bad: all.bad + bad, total: all.total + total }),
      { good: 0, bad: 0, total: 0 },
    );
  return { coverage: sum(schools.map(coverageRing)), retention: sum(schools.map(retentionRing)) };
}

export function ofClass(risk: Risk): AlertFilters {
  return { ...DEFAULT_FILTERS, risks: [risk], range: "7d" };
}

/** The last four times seven days, the oldest first; whole days, so that a page read again asks the same. */
export function weeksUntil(today: string): AlertFilters[] {
  const end = dayjs(today).add(1, "day");
  return Array.from({ length: WEEKS }, (_, index) => ({
    ...DEFAULT_FILTERS,
    from: end.subtract((WEEKS - index) * 7, "day").toISOString(),
    to: end.subtract((WEEKS - index - 1) * 7, "day").toISOString(),
  }));
}

/** The queue that a number counts. */
export function queueOf(filters: AlertFilters, status: Status | null): string {
  return `/?${writeFilters({ ...filters, status }).toString()}`;
}
