import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

const REFRESH_MS = 15_000;

/** All that a box shows of itself, asked again and again: nobody tells it here. */
export function useOffline() {
  return useQuery({ queryKey: keys.offline, queryFn: api.offline, refetchInterval: REFRESH_MS });
}
