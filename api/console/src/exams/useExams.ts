import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

/** What is not told by events (clocks, footage) is read again so often. */
const AGAIN_MS = 30_000;

export function useExam(id: number | undefined) {
  return useQuery({
    queryKey: keys.exam(id ?? 0),
    queryFn: () => api.exam(id ?? 0),
    enabled: id !== undefined,
  });
}

export function useExamTable(id: number | undefined, sessionId: number | undefined) {
  return useQuery({
    queryKey: keys.examTable(id ?? 0, sessionId ?? 0),
    queryFn: () => api.examTable(id ?? 0, sessionId ?? 0),
    enabled: id !== undefined && sessionId !== undefined,
    refetchInterval: AGAIN_MS,
  });
}
