import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

export function useExam(id: number | undefined) {
  return useQuery({
    queryKey: keys.exam(id ?? 0),
    queryFn: () => api.exam(id ?? 0),
    enabled: id !== undefined,
  });
}
