import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

const AGAIN_MS = 60_000;

export function useCoverage() {
  return useQuery({ queryKey: keys.coverage, queryFn: () => api.coverage(), refetchInterval: AGAIN_MS });
}

export function useSchoolCoverage(schoolId: string) {
  return useQuery({
    queryKey: keys.coverageOf(schoolId),
    queryFn: () => api.coverageOf(schoolId),
    refetchInterval: AGAIN_MS,
  });
}
