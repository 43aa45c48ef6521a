/* How long there is left until a deadline, in words. */
import type { TFunction } from "i18next";

import type { OrderState, OrderSummary } from "../http/types";
import { formatDuration, secondsBetween } from "../time/format";

const WITH_SCHOOL: readonly OrderState[] = ["assigned", "feedback_received", "rectifying"];
const DAY_S = 86_400;
/** From here on hours say no more than days do. */
const IN_DAYS_S = 2 * DAY_S;

/** Whether it is the school's turn: only then does the deadline run. */
export function isWithSchool(order: Pick<OrderSummary, "state" | "merged_into">): boolean {
  return order.merged_into === null && WITH_SCHOOL.includes(order.state);
}

/** What {@link leftText} says of an order; null while its deadline does not run. */
export function dueText(t: TFunction, order: OrderSummary, now: number): string | null {
  return isWithSchool(order) ? leftText(t, order.due_at, now) : null;
}

/** "还剩 2 天" or "逾期 5 小时 10 分". */
export function leftText(t: TFunction, dueAt: string, now: number): string {
  const left = secondsBetween(now, dueAt);
  const seconds = Math.floor(Math.abs(left) / 60) * 60;
  const length =
    seconds >= IN_DAYS_S
      ? t("order.days", { count: Math.floor(seconds / DAY_S) })
      : formatDuration(t, seconds);
  return t(left < 0 ? "order.late" : "order.left", { length });
}
