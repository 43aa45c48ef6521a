import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

/** Retention of all cameras. Boxes report each hour; whether one fell silent is seen sooner. */
export function useRetention() {
  return useQuery({
    queryKey: keys.retention,
    queryFn: () => api.retention(),
    refetchInterval: 30_000,
  });
}
