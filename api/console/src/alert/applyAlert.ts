import type { QueryClient } from "@tanstack/react-query";

import { keys } from "../http/keys";
import type { AlertCounts, AlertDetail, AlertSummary } from "../http/types";
import { serverNow } from "../time/serverClock";
import { moveCount, upsertAlert, type AlertPages } from "./cache";
import type { AlertFilters } from "./filters";

export interface Applied {
  /** Some list shows it that did not before. */
  arrived: boolean;
  /** Some list could not decide whether it belongs there. */
  uncertain: boolean;
}

/** Bring one alert's latest state into every cached list. */
export function applyAlert(client: QueryClient, alert: AlertSummary): Applied {
  const applied: Applied = { arrived: false, uncertain: false };
  for (const list of client.getQueryCache().findAll({ queryKey: keys.alertLists })) {
    const filters = list.queryKey[2] as AlertFilters;
    client.setQueryData<AlertPages>(list.queryKey, (pages) => {
      if (!pages) return pages;
      const result = upsertAlert(pages, alert, filters, serverNow());
      applied.arrived ||= result.arrived;
      applied.uncertain ||= result.uncertain;
      return result.pages;
    });
  }
  return applied;
}

/** Bring a verdict into lists, detail and counts before the server has answered. */
export function applyVerdict(client: QueryClient, before: AlertSummary, after: AlertSummary): void {
  applyAlert(client, after);
  client.setQueryData<AlertDetail>(keys.alert(after.id), (detail) => detail && { ...detail, ...after });
  client.setQueriesData<AlertCounts>(
    { queryKey: keys.alertCounts },
    (counts) => counts && moveCount(counts, before.status, after.status),
  );
}
