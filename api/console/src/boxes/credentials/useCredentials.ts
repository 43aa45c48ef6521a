import { useQuery } from "@tanstack/react-query";

import { api } from "../../http/api";
import { keys } from "../../http/keys";

const POLL_MS = 10_000;
/** While a box is awaited. */
const WAITING_MS = 2_000;

/** What credentials were set for a box, followed. */
export function useCredentials(boxId: number) {
  return useQuery({
    queryKey: keys.credentials(boxId),
    queryFn: () => api.credentials(boxId),
    refetchInterval: ({ state }) =>
      state.data?.items.some((each) => each.state === "waiting") ? WAITING_MS : POLL_MS,
  });
}
