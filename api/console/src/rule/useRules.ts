import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

/** All rules with the word of each box; boxes look at their models once a minute. */
export function useRules() {
  return useQuery({
    queryKey: keys.rules,
    queryFn: () => api.rules(),
    refetchInterval: 60_000,
  });
}
