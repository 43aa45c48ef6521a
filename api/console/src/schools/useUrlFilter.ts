import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** One filter in the URL; null is no filter. The others stay as they are. */
export function useUrlFilter(name: string): [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (value: string | null) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === null) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, setParams],
  );
  return [params.get(name), change];
}
