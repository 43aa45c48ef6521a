import { useQuery } from "@tanstack/react-query";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { ScanView } from "../../http/types";

const POLL_MS = 10_000;
const SEARCHING_MS = 1_500;

/** Whether the box is still to say something. */
export function isOpen(scan: ScanView | null | undefined): boolean {
  return scan?.state === "waiting" || scan?.state === "searching";
}

/** Where a box may search and what it found, followed. */
export function useDiscovery(boxId: number) {
  return useQuery({
    queryKey: keys.discovery(boxId),
    queryFn: () => api.discovery(boxId),
    // Where no network is named yet, one may be on its way to the box.
    refetchInterval: ({ state: { data } }) =>
      isOpen(data?.scan) || data?.networks.length === 0 ? SEARCHING_MS : POLL_MS,
  });
}

/** The text that added cameras are written on; none while the box told no configuration. */
export function useNewestText(boxId: number, newest: number) {
  return useQuery({
    queryKey: keys.configurationVersion(boxId, newest, "text"),
    queryFn: () => api.configurationVersion(boxId, newest),
    enabled: newest > 0,
    staleTime: Infinity,
  });
}
