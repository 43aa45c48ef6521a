import type { TFunction } from "i18next";

import type { Coverage, CoverageRow, CoverageSummary } from "../http/types";
import { schoolName } from "../schools/schoolName";

type Tone = "ok" | "gap" | "unknown" | "idle";

export function coverageTone(state: Coverage): Tone {
  switch (state) {
    case "covered":
      return "ok";
    case "missing":
      return "gap";
    case "unknown":
      return "unknown";
    case "not_applicable":
      return "idle";
  }
}

const STATES: readonly Coverage[] = ["missing", "unknown", "covered", "not_applicable"];
const LEVELS: readonly CoverageRow["level"][] = ["must", "should", "optional", "legal_review"];

/** What is missing and asked for the most comes first; the profile's own order otherwise. */
export function byUrgency(rows: readonly CoverageRow[]): CoverageRow[] {
  return [...rows].sort(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level),
  );
}

/** The schools that need somebody first: cameras where none may hang, then what is missing. */
export function worstFirst(schools: readonly CoverageSummary[]): CoverageSummary[] {
  return [...schools].sort(
    (a, b) =>
      b.forbidden_count - a.forbidden_count ||
      b.counts.missing - a.counts.missing ||
      b.counts.unknown - a.counts.unknown ||
      schoolName(a.school).localeCompare(schoolName(b.school), "zh-CN"),
  );
}

/** What the verdict rests on, as a clerk writes it: 「缺 2 个点位，1 个无法核验」. */
export function reasons(t: TFunction, { counts, forbidden_count }: CoverageSummary): string {
  const { covered, missing, missing_read, unknown } = counts;
  const said = [];
  if (forbidden_count > 0) said.push(t("coverage.forbiddenCameras", { count: forbidden_count }));
  if (missing > 0) {
    const unread = missing - missing_read;
    said.push(
      unread > 0
        ? t("coverage.missingUnread", { count: missing, unread })
        : t("coverage.missing", { count: missing }),
    );
  }
  if (unknown > 0) said.push(t("coverage.unknown", { count: unknown }));
  said.push(t("coverage.covered", { count: covered }));
  return said.join(t("coverage.joint"));
}
