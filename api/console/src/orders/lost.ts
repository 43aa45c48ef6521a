/* What a person is told whose decision came second. */
import type { TFunction } from "i18next";

import type { Problem } from "../http/problem";
import { isTerm } from "../i18n/terms";
import { formatClock } from "../time/format";

/** What the first decided. */
export interface Lost {
  /** `OrderAction`; null where only the state is known. */
  action: string | null;
  /** Null: the command centre itself. */
  by: string | null;
  at: string | null;
  /** `OrderState`, or "merged". */
  state: string;
  into: string | null;
}

/** Null where nobody was faster: then the problem's own words say what is wrong. */
export function lostTo(problem: Problem): Lost | null {
  const { action, by, at, state, into } = problem.params;
  if (problem.code === "order_changed" && action && at && state) {
    return { action, by: by || null, at, state, into: null };
  }
  if (problem.code === "order_state" && state) {
    return { action: null, by: null, at: null, state, into: into ?? null };
  }
  return null;
}

type Term = (family: "order_action" | "order_state", id: string) => string;

export function lostText(t: TFunction, term: Term, lost: Lost): string {
  if (lost.action && lost.at) {
    return t("order.lost.changed", {
      by: lost.by ?? t("history.bySystem"),
      at: formatClock(lost.at),
      action: term("order_action", lost.action),
    });
  }
  if (lost.into) return t("order.lost.merged", { id: lost.into });
  return t("order.lost.state", {
    state: isTerm("order_state", lost.state) ? term("order_state", lost.state) : lost.state,
  });
}
