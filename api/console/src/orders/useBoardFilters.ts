import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { readOrderFilters, writeOrderFilters, type OrderFilters } from "../order/filters";

interface BoardFilters {
  filters: OrderFilters;
  /** As they stand in the URL, with "?" when there are any. */
  search: string;
  change: (changes: Partial<OrderFilters>) => void;
}

export function useBoardFilters(): BoardFilters {
  const [params, setParams] = useSearchParams();
  const written = writeOrderFilters(readOrderFilters(params)).toString();
  // The same filters keep the same identity, so that cache keys stay still.
  const filters = useMemo(() => readOrderFilters(new URLSearchParams(written)), [written]);
  const change = useCallback(
    (changes: Partial<OrderFilters>) =>
      setParams(writeOrderFilters({ ...filters, ...changes }), { replace: true }),
    [filters, setParams],
  );
  return { filters, search: written ? `?${written}` : "", change };
}
