/* A camera's own clock in words: how far it is off, and how fast that grows. */
import type { TFunction } from "i18next";

import { formatDuration } from "../time/format";

/** Below, it is the way from lens to box and not the clock. */
const RIGHT_S = 1;
/** Drift of less in a day is a quartz's own. */
const STEADY_S_PER_DAY = 1;

/** "快 40.0 秒", "慢 3 分 20 秒", "准". */
export function offsetText(t: TFunction, offsetS: number): string {
  const size = Math.abs(offsetS);
  if (size < RIGHT_S) return t("clock.right");
  const length = size < 60 ? t("time.seconds", { s: size.toFixed(1) }) : formatDuration(t, size);
  return t(offsetS < 0 ? "clock.behind" : "clock.ahead", { length });
}

/** "每天快 1.2 秒"; nothing while it is unknown or no more than any clock's. */
export function driftText(t: TFunction, driftSPerDay: number | null): string | null {
  if (driftSPerDay === null || Math.abs(driftSPerDay) < STEADY_S_PER_DAY) return null;
  return t(driftSPerDay < 0 ? "clock.losing" : "clock.gaining", {
    s: Math.abs(driftSPerDay).toFixed(1),
  });
}
