import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { FloorPlanView } from "../../http/types";
import { usePreferences } from "../../ui/preferences";

const AGAIN_MS = 60_000;

export function useFloorPlans(schoolId: string) {
  return useQuery({
    queryKey: keys.floorPlans(schoolId),
    queryFn: () => api.floorPlans(schoolId),
    refetchInterval: AGAIN_MS,
  });
}

/** How a plan is called in the language of who reads. */
export function usePlanTitle(): (plan: FloorPlanView) => string {
  const { language } = usePreferences();
  return useCallback((plan) => (language === "en" && plan.title_en ? plan.title_en : plan.title_zh), [language]);
}
