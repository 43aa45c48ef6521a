import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api } from "../http/api";
import { keys } from "../http/keys";

/** What no event tells (who was seen when, what grew old meanwhile) is read again so often. */
const AGAIN_MS = 30_000;

/** A session's table; rows that change are read again as events tell of them. */
export function useExamTable(id: number | undefined, sessionId: number | undefined) {
  const client = useQueryClient();
  const [exam, session] = [id ?? 0, sessionId ?? 0];
  // Not by `refetchInterval`: rows that are read begin it anew, and where many change it never comes.
  useEffect(() => {
    if (exam === 0 || session === 0) return undefined;
    const timer = window.setInterval(() => {
      if (document.visibilityState !== "visible") return;
      void client.invalidateQueries({ queryKey: keys.examTable(exam, session) });
    }, AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [client, exam, session]);
  return useQuery({
    queryKey: keys.examTable(exam, session),
    queryFn: () => api.examTable(exam, session),
    enabled: exam > 0 && session > 0,
  });
}
