import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useMay } from "../session/policy";

/** Who is called hears of it within this. */
const READ_AGAIN_MS = 15_000;

/** One's own meetings; nobody asks who may attend none. */
export function useMeetings() {
  const may = useMay();
  return useQuery({
    queryKey: keys.meetingList,
    queryFn: api.meetings,
    refetchInterval: READ_AGAIN_MS,
    enabled: may("attend_meetings"),
  });
}

/** Whether meetings can be held now. */
export function useMeetingEngine(enabled = true) {
  return useQuery({
    queryKey: keys.meetingEngine,
    queryFn: api.meetingEngine,
    staleTime: READ_AGAIN_MS,
    enabled,
  });
}
