import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { AlertDetail, AlertSummary } from "../http/types";
import { useMay } from "../session/policy";
import { DEFAULT_FILTERS, narrowing, type AlertFilters } from "../alert/filters";

/** The queue's rows, page by page. Events keep it fresh between reads. */
export function useAlertList(filters: AlertFilters) {
  return useInfiniteQuery({
    queryKey: keys.alertList(filters),
    queryFn: ({ pageParam }) => api.alerts(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 120_000,
  });
}

/** How many alerts of each status there are under the same filters, the status aside. */
export function useAlertCounts(filters: AlertFilters) {
  const may = useMay();
  const narrowed = narrowing(filters);
  return useQuery({
    queryKey: keys.alertCount(narrowed),
    queryFn: async () => (await api.alerts(narrowed, null, 1)).counts,
    placeholderData: keepPreviousData,
    enabled: may("view_alerts"),
  });
}

/** Everything that waits for a person, whatever the page is filtered by. */
export function usePendingCount(): number {
  return useAlertCounts(DEFAULT_FILTERS).data?.pending_review ?? 0;
}

export function useAlert(id: string | undefined, known?: AlertSummary) {
  return useQuery<AlertDetail>({
    queryKey: keys.alert(id ?? ""),
    queryFn: () => api.alert(id ?? ""),
    enabled: id !== undefined,
    // A row that changed since is read again at once.
    staleTime: known ? 10_000 : 0,
  });
}
