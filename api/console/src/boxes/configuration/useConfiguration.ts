import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api } from "../../http/api";
import { keys } from "../../http/keys";

const POLL_MS = 10_000;
/** While a box is awaited. */
const WAITING_MS = 2_000;
const PAUSE_MS = 500;

/** Where a box stands with its configuration, followed. */
export function useConfiguration(boxId: number) {
  return useQuery({
    queryKey: keys.configuration(boxId),
    queryFn: () => api.configuration(boxId),
    refetchInterval: ({ state }) =>
      state.data?.is_box_there && state.data.wanted !== null ? WAITING_MS : POLL_MS,
  });
}

/** A version with its text; read anew when something became of it. */
export function useVersion(boxId: number, number: number, state: string) {
  return useQuery({
    queryKey: keys.configurationVersion(boxId, number, state),
    queryFn: () => api.configurationVersion(boxId, number),
  });
}

/** What a text would change, and what is wrong with it; asked when the typing pauses. */
export function useComparison(boxId: number, text: string, against: number) {
  const settled = useSettled(text);
  const query = useQuery({
    queryKey: keys.configurationDraft(boxId, against, settled),
    queryFn: () => api.compareConfiguration(boxId, settled, against || null),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  });
  const isOf = settled === text && query.isSuccess && !query.isPlaceholderData;
  return { comparison: query.data, isOf, error: query.error };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
