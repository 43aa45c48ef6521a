import { useQuery } from "@tanstack/react-query";

import { DEFAULT_FILTERS } from "../alert/filters";
import { api } from "../http/api";
import { keys } from "../http/keys";
import type { RuleViewState, RuleWant } from "../http/types";
import { useRules } from "../rule/useRules";
import { missingWants } from "../rule/wants";
import { useMay } from "../session/policy";

const POLL_MS = 10_000;
/** While the box is awaited. */
const WAITING_MS = 2_000;
const FRAMES = 12;

/** What the newest version tells a camera to look for, followed. */
export function useSetup(boxId: number | null, cameraId: string) {
  return useQuery({
    enabled: boxId !== null,
    queryKey: keys.cameraSetup(boxId ?? 0, cameraId),
    queryFn: () => api.cameraSetup(boxId ?? 0, cameraId),
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? WAITING_MS : POLL_MS),
  });
}

/** Pictures of a camera that the console may show, the newest first: people on them are blurred. */
export function useFrames(cameraKey: number): string[] {
  const may = useMay();
  const filters = { ...DEFAULT_FILTERS, status: null, cameraKeys: [String(cameraKey)] };
  const query = useQuery({
    enabled: may("view_alerts"),
    queryKey: ["zones", "frames", cameraKey],
    queryFn: () => api.alerts(filters, null, FRAMES),
    staleTime: Infinity,
  });
  return query.data?.items.flatMap(({ snapshot_url }) => (snapshot_url ? [snapshot_url] : [])) ?? [];
}

export interface Readiness {
  state: RuleViewState;
  /** What no model of the box tells. */
  missing: readonly RuleWant[];
  /** Detectors beside the usual one. */
  models: readonly string[];
  /** Those of them whose terms are unknown. */
  toAccept: readonly string[];
}

/** What one box says of each rule; nothing of a rule it did not speak of. */
export function useReadiness(boxId: number): ReadonlyMap<string, Readiness> {
  const views = useRules().data?.items ?? [];
  return new Map(
    views.flatMap((view): [string, Readiness][] => {
      const told = view.boxes.find((each) => each.box_id === boxId);
      if (!told) return [];
      const of = { state: told.state, missing: missingWants(told), models: told.more_models, toAccept: told.to_accept };
      return [[view.rule, of]];
    }),
  );
}
