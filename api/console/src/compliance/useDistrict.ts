import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

/** Boxes report each hour; whether one fell silent is seen sooner. */
const AGAIN_MS = 60_000;
const WHILE_JUDGING_MS = 3000;

export function useDistrict() {
  return useQuery({
    queryKey: keys.complianceSchools,
    queryFn: () => api.compliance(),
    refetchInterval: AGAIN_MS,
  });
}

export function useSchoolFootage(schoolId: string, days: number) {
  return useQuery({
    queryKey: keys.complianceOf(schoolId, days),
    queryFn: () => api.complianceOf(schoolId, days),
    refetchInterval: AGAIN_MS,
  });
}

export function useRecovered(schoolId: string) {
  return useQuery({
    queryKey: keys.recovered(schoolId),
    queryFn: () => api.recovered(schoolId),
    refetchInterval: AGAIN_MS,
  });
}

export function useOverrides(schoolId: string) {
  return useQuery({ queryKey: keys.overrides(schoolId), queryFn: () => api.overrides(schoolId) });
}

export function useSchoolDay(schoolId: string, day: string) {
  return useQuery({
    queryKey: keys.schoolDay(schoolId, day),
    queryFn: () => api.schoolDay(schoolId, day),
  });
}

export function useCameraDay(cameraKey: number, day: string) {
  return useQuery({
    queryKey: keys.cameraDay(cameraKey, day),
    queryFn: () => api.cameraDay(cameraKey, day),
  });
}

/** The days that were judged again; looked at often while one is under way. */
export function useJudgements(enabled: boolean) {
  return useQuery({
    queryKey: keys.judgements,
    queryFn: () => api.judgements(),
    enabled,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ ended_at }) => ended_at === null) ? WHILE_JUDGING_MS : AGAIN_MS,
  });
}
