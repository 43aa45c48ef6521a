import { useCallback } from "react";

import type { OrderSummary } from "../http/types";
import { useTerm } from "../i18n/terms";

/** What an order is about, in a few words: the rule of its alert, or what was found or said. */
export function useOrderTitle(): (order: OrderSummary) => string {
  const term = useTerm();
  return useCallback(
    (order) => (order.alert ? term("rules", order.alert.rule) : order.text),
    [term],
  );
}
