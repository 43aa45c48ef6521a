import type { TFunction } from "i18next";

import type { InspectionTable } from "../http/types";

/** The newest period in a sentence: 「2026-11-24：应查 12 所，已签字 9 所，逾期 2 所，发现隐患 3 项」. */
export function sumUp(t: TFunction, { periods, rows }: InspectionTable): string {
  const [newest] = periods;
  if (!newest) return "";
  const cells = rows.flatMap(({ cells: [first] }) => (first ? [first] : []));
  const asked = cells.filter(({ inspection_id: id }) => id !== null);
  const count = (...states: string[]) => asked.filter(({ state }) => states.includes(state)).length;
  return t("inspection.sum", {
    period: [newest.name, newest.first_day].filter(Boolean).join(" "),
    asked: asked.length,
    signed: count("signed", "signed_late"),
    overdue: count("overdue"),
    hazards: asked.reduce((sum, cell) => sum + cell.hazard_count, 0),
  });
}
