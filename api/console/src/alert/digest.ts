import type { AlertSummary } from "../http/types";

/** Whether it counts what was held back of others: it is opened, and is neither true nor false. */
export function isDigest(alert: Pick<AlertSummary, "rule">): boolean {
  return alert.rule === "alert_digest";
}
