import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

/** All cameras. Events keep the states fresh; analysed time is read again twice a minute. */
export function useCameras() {
  return useQuery({
    queryKey: keys.cameras,
    queryFn: () => api.cameras(),
    refetchInterval: 30_000,
  });
}
