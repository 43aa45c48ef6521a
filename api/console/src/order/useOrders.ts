import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { AlertSummary } from "../http/types";
import { useMay } from "../session/policy";
import type { OrderFilters } from "./filters";

/** The board's rows, page by page. Events have it read again. */
export function useOrderList(filters: OrderFilters) {
  return useInfiniteQuery({
    queryKey: keys.orderList(filters),
    queryFn: ({ pageParam }) => api.orders(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    // What becomes overdue meanwhile is no event of its own at once.
    refetchInterval: 120_000,
  });
}

export function useOrder(id: number) {
  return useQuery({ queryKey: keys.order(id), queryFn: () => api.order(id), staleTime: 0 });
}

/** How many orders wait for somebody who checks; 0 for who does not. */
export function useToCheck(): number {
  const may = useMay();
  const counts = useQuery({
    queryKey: keys.orderCounts,
    queryFn: () => api.orderCounts(),
    enabled: may("verify_orders"),
  });
  return counts.data?.pending_verification ?? 0;
}

/** The order a confirmed alert is in; null if it is in none. */
export function useOrderOfAlert(alert: Pick<AlertSummary, "id" | "status">) {
  const may = useMay();
  return useQuery({
    queryKey: keys.orderOfAlert(alert.id),
    queryFn: () => api.orderOfAlert(alert.id),
    enabled: alert.status === "confirmed" && may("view_orders"),
  });
}

/** Who answers for what. */
export const useDuties = () =>
  useQuery({ queryKey: keys.duties, queryFn: () => api.duties(), staleTime: 60_000 });
