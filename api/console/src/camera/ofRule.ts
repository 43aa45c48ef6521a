/* Which cameras have a rule. */
import type { CameraView } from "../http/types";
import { isPictureFault } from "../picture/faults";

const DIGEST = "alert_digest";

/** How a rule comes to be: written down for a camera, with its picture, or with its alerts. */
export type RuleKind = "configured" | "picture" | "digest";

export function ruleKind(rule: string): RuleKind {
  if (rule === DIGEST) return "digest";
  return isPictureFault({ rule }) ? "picture" : "configured";
}

/** The cameras that have a rule, those that really look first. */
export function camerasOf(rule: string, cameras: readonly CameraView[]): CameraView[] {
  const kind = ruleKind(rule);
  return cameras
    .filter((camera) =>
      kind === "picture"
        ? camera.picture !== null
        : kind === "digest"
          ? camera.rules.length > 0
          : camera.rules.includes(rule),
    )
    .sort(
      (a, b) =>
        Number(b.state === "watching") - Number(a.state === "watching") ||
        a.name.localeCompare(b.name, "zh-CN"),
    );
}
