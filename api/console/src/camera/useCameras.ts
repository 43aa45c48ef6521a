import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useMay } from "../session/policy";

/** All cameras. Events keep the states fresh; analysed time is read again twice a minute. */
export function useCameras() {
  const may = useMay();
  return useQuery({
    enabled: may("view_cameras"),
    queryKey: keys.cameras,
    queryFn: () => api.cameras(),
    refetchInterval: 30_000,
  });
}
