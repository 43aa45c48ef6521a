/* What schools come to, and how that is drawn; shared by the pages that show it. */
import type { CoverageVerdict, SchoolCompliance } from "../http/types";
import { schoolName } from "../schools/schoolName";

/** The worst first. */
export const VERDICTS: readonly CoverageVerdict[] = ["fails", "unknown", "unconfirmed", "meets"];

export function verdictTone(verdict: CoverageVerdict): "ok" | "gap" | "unknown" {
  return verdict === "meets" ? "ok" : verdict === "fails" ? "gap" : "unknown";
}

/** Parts of a ring: as it must be, and not; of the rest nobody can tell, or it is too early to. */
export interface RingShares {
  good: number;
  bad: number;
  total: number;
}

/** What is missing by a text that nobody has read fails nobody. */
export function coverageRing({ coverage }: Pick<SchoolCompliance, "coverage">): RingShares {
  const { covered, missing, missing_read, unknown } = coverage;
  return { good: covered, bad: missing_read, total: covered + missing + unknown };
}

export function retentionRing({ retention }: Pick<SchoolCompliance, "retention">): RingShares {
  const { kept, gap, insufficient, over_retained, total } = retention;
  return { good: kept, bad: gap + insufficient + over_retained, total };
}

/** The schools that need somebody first. */
export function worstFirst(schools: readonly SchoolCompliance[]): SchoolCompliance[] {
  return [...schools].sort(
    (a, b) =>
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
      b.forbidden_count - a.forbidden_count ||
      b.coverage.missing_read - a.coverage.missing_read ||
      b.retention.gap_s - a.retention.gap_s ||
      schoolName(a.school).localeCompare(schoolName(b.school), "zh-CN"),
  );
}
