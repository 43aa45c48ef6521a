/* Which alerts are about the picture itself, and for which of them a new reference is the answer. */
import type { AlertDetail, AlertSummary, EvidenceView } from "../http/types";

export const PICTURE_FAULTS: ReadonlySet<string> = new Set([
  "video_loss",
  "black_screen",
  "freeze",
  "occlusion",
  "scene_change",
  "blur",
  "brightness_abnormal",
  "color_cast",
  "clock_drift",
]);
const AGAINST_REFERENCE: ReadonlySet<string> = new Set([
  "occlusion",
  "scene_change",
  "blur",
  "color_cast",
]);

export function isPictureFault(alert: Pick<AlertSummary, "rule">): boolean {
  return PICTURE_FAULTS.has(alert.rule);
}

/** Whether the fault would end if the picture as it is became the reference. */
export function comparesWithReference(rule: string): boolean {
  return AGAINST_REFERENCE.has(rule);
}

export function referenceOf(alert: AlertDetail | undefined): EvidenceView | undefined {
  return alert?.evidence.find((piece) => piece.kind === "reference");
}

export function snapshotOf(alert: AlertDetail | undefined): EvidenceView | undefined {
  return alert?.evidence.find((piece) => piece.kind === "snapshot");
}
