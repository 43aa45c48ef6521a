/* What a set of rules would change at many cameras, counted; pure. */
import type { BoxPlan, CameraPlan, RuleSetPlan, SeenBox } from "../../http/types";

export const OUTCOMES = ["changes", "unchanged", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function camerasOf(plan: RuleSetPlan): CameraPlan[] {
  return [...plan.boxes.flatMap(({ cameras }) => cameras), ...plan.without_box];
}

export function countOf(plan: RuleSetPlan): Record<Outcome, number> {
  const counts = { changes: 0, unchanged: 0, refused: 0 };
  for (const { outcome } of camerasOf(plan)) counts[outcome] += 1;
  return counts;
}

/** The boxes that would get a version, as they were seen. */
export function seenBoxes(plan: RuleSetPlan): SeenBox[] {
  return plan.boxes.flatMap(({ box_id, version, digest }) =>
    digest === null ? [] : [{ box_id, version, digest }],
  );
}

/** Whether its own file rules a box, and that alone keeps its cameras from being changed. */
export function isLocal({ cameras }: BoxPlan): boolean {
  return cameras.some(({ why }) => why === "local");
}
