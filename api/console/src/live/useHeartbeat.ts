import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

const EVERY_MS = 10_000;

/** Proof of life on a quiet stream: an EventSource does not show the server's keep-alives. */
export function useHeartbeat() {
  return useQuery({
    queryKey: keys.health,
    queryFn: () => api.health(),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
    retry: false,
  });
}
