/* What a rule waits for at a box. */
import type { BoxRule, RuleWant } from "../http/types";

/** What no model of the box tells. */
export function missingWants(box: BoxRule | undefined): RuleWant[] {
  return box?.wants.filter((want) => want.model === null) ?? [];
}
