import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { readFilters, writeFilters, type AlertFilters } from "../alert/filters";

interface FilterState {
  filters: AlertFilters;
  /** The filters as they stand in the URL, with "?" when there are any. */
  search: string;
  change: (changes: Partial<AlertFilters>) => void;
}

export function useFilters(): FilterState {
  const [params, setParams] = useSearchParams();
  const written = writeFilters(readFilters(params)).toString();
  // The same filters keep the same identity, so that cache keys and effects stay still.
  const filters = useMemo(() => readFilters(new URLSearchParams(written)), [written]);
  const change = useCallback(
    (changes: Partial<AlertFilters>) => {
      setParams(writeFilters({ ...filters, ...changes }), { replace: true });
    },
    [filters, setParams],
  );
  return { filters, search: written ? `?${written}` : "", change };
}
