import { useQueries, useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useMemo } from "react";

import type { AlertFilters } from "../alert/filters";
import { api } from "../http/api";
import { keys } from "../http/keys";
import type { AlertCounts } from "../http/types";
import { useMay } from "../session/policy";
import { useNow } from "../time/useNow";
import { ofClass, RISKS, weeksUntil } from "./overview";

const AGAIN_MS = 60_000;
/** Of how many days it is said how often alerts were false. */
export const PRECISION_DAYS = 30;

export function useSchools() {
  return useQuery({
    queryKey: keys.complianceSchools,
    queryFn: () => api.compliance(),
    refetchInterval: AGAIN_MS,
  });
}

export function usePrecision() {
  const may = useMay();
  const filters = { days: PRECISION_DAYS };
  return useQuery({
    queryKey: keys.precisionReport(filters),
    queryFn: () => api.precision(filters),
    enabled: may("see_precision"),
    refetchInterval: AGAIN_MS,
  });
}

export interface Counted {
  filters: AlertFilters;
  /** Undefined until they are known. */
  counts: AlertCounts | undefined;
}

function useCounts(all: readonly AlertFilters[]): Counted[] {
  const may = useMay();
  return useQueries({
    queries: all.map((filters) => ({
      queryKey: keys.alertCount(filters),
      queryFn: async () => (await api.alerts(filters, null, 1)).counts,
      enabled: may("view_alerts"),
      refetchInterval: AGAIN_MS,
    })),
    combine: (found) => found.map(({ data }, index) => ({ filters: all[index] as AlertFilters, counts: data })),
  });
}

const BY_CLASS = RISKS.map(ofClass);

/** Alerts of the last seven days, class by class. */
export function useClasses(): Counted[] {
  return useCounts(BY_CLASS);
}

/** Alerts week by week, the oldest first. */
export function useWeeks(): Counted[] {
  // Asked anew when another day begins, not with every tick of the clock.
  const today = dayjs(useNow()).format("YYYY-MM-DD");
  const weeks = useMemo(() => weeksUntil(today), [today]);
  return useCounts(weeks);
}
