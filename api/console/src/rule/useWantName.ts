import { useCallback } from "react";

import type { RuleWant } from "../http/types";
import { useTerm } from "../i18n/terms";

/** What a rule's model must know, in the reader's words. */
export function useWantName(): (want: RuleWant) => string {
  const term = useTerm();
  return useCallback(
    (want) => term(want.kind === "class" ? "object_class" : "attribute", want.name),
    [term],
  );
}
