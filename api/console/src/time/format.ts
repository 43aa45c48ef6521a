/* Times and durations as short words; the exact moment is always one hover away. */
import dayjs from "dayjs";
import type { TFunction } from "i18next";

type Moment = string | number | Date;

/** Seconds as "34 秒", "1 分 12 秒", "2 小时 5 分", "29 天 3 小时"; two units at most. */
export function formatDuration(t: TFunction, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("time.seconds", { s: whole });
  if (whole < 3600) {
    const s = whole % 60;
    const m = Math.floor(whole / 60);
    return s === 0 ? t("time.minutes", { m }) : t("time.minutesSeconds", { m, s });
  }
  const minutes = Math.round(whole / 60);
  if (minutes >= 1440) {
    const d = Math.floor(minutes / 1440);
    const h = Math.floor((minutes % 1440) / 60);
    return h === 0 ? t("time.days", { d }) : t("time.daysHours", { d, h });
  }
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  return m === 0 ? t("time.hours", { h }) : t("time.hoursMinutes", { h, m });
}

/** How long ago, in the largest whole unit. A clock that runs ahead never shows a future. */
export function formatAgo(t: TFunction, moment: Moment, now: number): string {
  const seconds = Math.max(0, Math.floor((now - dayjs(moment).valueOf()) / 1000));
  if (seconds < 5) return t("time.justNow");
  if (seconds < 60) return t("time.secondsAgo", { s: seconds });
  if (seconds < 3600) return t("time.minutesAgo", { m: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("time.hoursAgo", { h: Math.floor(seconds / 3600) });
  return t("time.daysAgo", { count: Math.floor(seconds / 86_400) });
}

/** "14:02:31". */
export function formatClock(moment: Moment): string {
  return dayjs(moment).format("HH:mm:ss");
}

/** "14:02" today, "昨天 14:02", "11-21 14:02", and with the year when it is another one. */
export function formatMoment(t: TFunction, moment: Moment, now: number, seconds = false): string {
  const at = dayjs(moment);
  const today = dayjs(now);
  const clock = at.format(seconds ? "HH:mm:ss" : "HH:mm");
  if (at.isSame(today, "day")) return clock;
  if (at.isSame(today.subtract(1, "day"), "day")) return t("time.yesterday", { clock });
  return at.isSame(today, "year")
    ? `${at.format("MM-DD")} ${clock}`
    : `${at.format("YYYY-MM-DD")} ${clock}`;
}

/** The whole moment with its offset: "2026-11-24 14:02:31 +08:00". */
export function formatExact(moment: Moment): string {
  return dayjs(moment).format("YYYY-MM-DD HH:mm:ss Z");
}

export function secondsBetween(from: Moment, to: Moment): number {
  return (dayjs(to).valueOf() - dayjs(from).valueOf()) / 1000;
}
