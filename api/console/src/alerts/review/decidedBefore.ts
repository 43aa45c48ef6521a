import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { AlertSummary, HistoryEntry } from "../../http/types";
import type { Problem } from "../../http/problem";
import { useTerm } from "../../i18n/terms";
import { formatMoment } from "../../time/format";
import { serverNow } from "../../time/serverClock";

type Decision = Pick<AlertSummary, "status" | "reviewed_by" | "reviewed_at">;

/** What somebody else decided first, in words. */
export function useDecision(): (decision: Decision) => string {
  const { t } = useTranslation();
  const term = useTerm();
  return useCallback(
    ({ status, reviewed_by: by, reviewed_at: at }) =>
      by && at
        ? t("review.decidedBefore", {
            by,
            at: formatMoment(t, at, serverNow()),
            what: term("alert_status", status),
          })
        : t("review.alreadyJudged"),
    [t, term],
  );
}

/** The same of a judgement that the server refused; null of any other problem. */
export function useDecidedBefore(): (problem: Problem) => string | null {
  const { t } = useTranslation();
  const inWords = useDecision();
  return useCallback(
    ({ code, params }) => {
      if (code === "alert_changed" && params.action && params.at) {
        return t("review.changedBefore", {
          by: params.by || t("history.bySystem"),
          at: formatMoment(t, params.at, serverNow()),
          what: t(`history.${params.action as HistoryEntry["action"]}`),
        });
      }
      if (code !== "bad_transition") return null;
      const status = (params.status ?? "pending_review") as Decision["status"];
      return inWords({ status, reviewed_by: params.by ?? null, reviewed_at: params.at ?? null });
    },
    [inWords, t],
  );
}
