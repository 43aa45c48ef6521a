import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useMay } from "../session/policy";

const POLL_MS = 5_000;

/** Where a box stands, followed; the newest that is not through if none is named. */
export function useFirstHour(boxId: number | null, enabled = true) {
  const may = useMay();
  return useQuery({
    enabled: enabled && may("manage_boxes"),
    queryKey: keys.firstHourOf(boxId),
    queryFn: () => api.firstHour(boxId),
    // What was next a minute ago is done by now: who comes back is not led to it again.
    gcTime: 0,
    refetchInterval: ({ state }) => (boxId === null && state.data?.is_done ? false : POLL_MS),
  });
}
