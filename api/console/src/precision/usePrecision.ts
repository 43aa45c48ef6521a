import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSearchParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { PrecisionBehind, PrecisionFilters } from "../http/types";
import { DAYS, MAX_LOST } from "./precision";

/** The filters in the address; what is not known is left out. */
export function readFilters(params: URLSearchParams): PrecisionFilters {
  const days = DAYS.find((each) => String(each) === params.get("days"));
  const lost = MAX_LOST.find((each) => String(each) === params.get("lost"));
  const camera = Number(params.get("camera"));
  const school = params.get("school");
  const rule = params.get("rule");
  return {
    days: days ?? 90,
    max_lost_percent: lost ?? 0,
    ...(school ? { school_id: [school] } : {}),
    ...(rule ? { rule: [rule] } : {}),
    ...(Number.isInteger(camera) && camera > 0 ? { camera_key: [camera] } : {}),
  };
}

export function usePrecisionFilters(): PrecisionFilters {
  const [params] = useSearchParams();
  return useMemo(() => readFilters(params), [params]);
}

export function usePrecision(filters: PrecisionFilters) {
  return useQuery({
    queryKey: keys.precisionReport(filters),
    queryFn: () => api.precision(filters),
  });
}

/** The alerts behind a number, page by page. */
export function useBehind(filters: PrecisionFilters, behind: PrecisionBehind) {
  return useInfiniteQuery({
    queryKey: keys.precisionBehind(filters, behind),
    queryFn: ({ pageParam }) => api.precisionBehind(filters, behind, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
