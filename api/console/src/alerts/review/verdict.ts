import type { AlertSummary, FalsePositiveReason } from "../../http/types";
import type { Showing } from "../../picture/showing";

export type Verdict =
  | { status: "confirmed" }
  | { status: "false_positive"; reason: FalsePositiveReason };

/** How an alert leaves the queue: judged, or, of a digest, opened. */
export type Outcome = Verdict | { status: "seen" };

/** What was judged with: a key needs no aim, so more is asked of it. */
export type Hand = "key" | "pointer";

/**
 * Nobody judges what nobody saw. A picture that cannot be had must not hold up an alert for ever, but
 * takes an aimed click.
 */
export function mayJudge(showing: Showing, hand: Hand): boolean {
  return showing === "shown" || (showing === "failed" && hand === "pointer");
}

/** In the order of their digit keys. */
export const FALSE_POSITIVE_REASONS: readonly FalsePositiveReason[] = [
  "not_a_person",
  "animal",
  "weather_light",
  "authorised_person",
  "wrong_zone",
  "other",
];

export const UNDO_S = 10;

/** The alert as it will be once the server has taken the verdict. */
export function judged(alert: AlertSummary, verdict: Outcome, by: string, now: number): AlertSummary {
  return {
    ...alert,
    version: alert.version + 1,
    status: verdict.status,
    reason: verdict.status === "false_positive" ? verdict.reason : null,
    reviewed_by: by,
    reviewed_at: new Date(now).toISOString(),
    undo_until: new Date(now + UNDO_S * 1000).toISOString(),
  };
}

export function canUndo(alert: AlertSummary, me: string | undefined, now: number): boolean {
  return (
    alert.undo_until !== null && alert.reviewed_by === me && Date.parse(alert.undo_until) > now
  );
}
