/* What the page makes of the report: pure. */
import type {
  FalsePositiveReason,
  Figures,
  PrecisionBehind,
  PrecisionReport,
  Proposal,
} from "../http/types";

/** One row of the table, whatever it is counted by. */
export interface Line {
  key: string;
  figures: Figures;
  behind: PrecisionBehind;
  rule?: string;
  model?: { model_id: string; model_sha256: string };
  camera?: PrecisionReport["by_camera"][number]["camera"];
  rule_ids?: string[];
  proposal?: Proposal;
}

export const VIEWS = ["rule_model", "row", "rule", "model", "camera"] as const;
export type View = (typeof VIEWS)[number];

export const DAYS = [7, 30, 90, 180, 365] as const;
export const MAX_LOST = [0, 1, 2, 5] as const;

/** Neither all nor none unless it is: 99.96 % is 99.9. */
export function percent(share: number): string {
  if (share <= 0 || share >= 1) return share <= 0 ? "0" : "100";
  return Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1);
}

export function judged({ confirmed, false_positive }: Pick<Figures, "confirmed" | "false_positive">): number {
  return confirmed + false_positive;
}

type Model = NonNullable<Line["model"]>;

function ofModel({ model_id, model_sha256 }: Model): PrecisionBehind {
  return { model_id, model_sha256 };
}

/** The report's rows by what the reader chose to count by. */
export function linesOf(report: PrecisionReport, view: View): Line[] {
  switch (view) {
    case "rule_model":
      return report.by_rule_and_model.map(({ rule, model, proposal, ...figures }) => ({
        key: [rule, model.model_id, model.model_sha256].join(" "),
        figures,
        rule,
        model,
        proposal,
        behind: { rule: [rule], ...ofModel(model) },
      }));
    case "row":
      return report.rows.map(({ rule, rule_ids, model, camera, proposal, ...figures }) => ({
        key: [rule, model.model_id, model.model_sha256, camera.camera_key].join(" "),
        figures,
        rule,
        rule_ids,
        model,
        camera,
        proposal,
        behind: { rule: [rule], ...ofModel(model), camera_key: [camera.camera_key] },
      }));
    case "rule":
      return report.by_rule.map(({ rule, ...figures }) => ({ key: rule, figures, rule, behind: { rule: [rule] } }));
    case "model":
      return report.by_model.map(({ model, ...figures }) => ({
        key: `${model.model_id} ${model.model_sha256}`,
        figures,
        model,
        behind: ofModel(model),
      }));
    case "camera":
      return report.by_camera.map(({ camera, ...figures }) => ({
        key: String(camera.camera_key),
        figures,
        camera,
        behind: { camera_key: [camera.camera_key] },
      }));
  }
}

/** How many rows there are, of which the report may hold the first only. */
export function countOf(report: PrecisionReport, view: View): number {
  if (view === "row") return report.row_count;
  return view === "camera" ? report.by_camera_count : linesOf(report, view).length;
}

/** In the address, so that what stands behind a number can be sent to a colleague. */
export function writeBehind(behind: PrecisionBehind): string {
  return new URLSearchParams(
    Object.entries(behind).flatMap(([name, value]) =>
      [value ?? []].flat().map((each) => [name, String(each)]),
    ),
  ).toString();
}

const STATUSES = ["pending_review", "confirmed", "false_positive"] as const;

/** What is not known is left out: an old link must still open. */
export function readBehind(text: string | null, reasons: readonly string[]): PrecisionBehind | null {
  if (!text) return null;
  const params = new URLSearchParams(text);
  const below = Number(params.get("score_below"));
  const rules = params.getAll("rule");
  const cameras = params.getAll("camera_key").map(Number).filter((key) => Number.isInteger(key) && key > 0);
  return {
    // What is not there is left to the page's own filters.
    ...(rules.length > 0 ? { rule: rules } : {}),
    ...(cameras.length > 0 ? { camera_key: cameras } : {}),
    status: STATUSES.filter((each) => params.getAll("status").includes(each)),
    reason: params.getAll("reason").filter((each) => reasons.includes(each)) as FalsePositiveReason[],
    model_id: params.get("model_id"),
    model_sha256: params.get("model_sha256"),
    score_below: below > 0 && below < 1 ? below : null,
  };
}

/** What to write where, for one camera or for every camera of a rule. */
export function configuration(line: Line, threshold: number): string {
  const score = `min_score: ${threshold.toFixed(2)}`;
  if (!line.camera) return `rules:\n  - type: ${line.rule ?? ""}\n    ${score}`;
  const rules = (line.rule_ids ?? []).map((id) => `      - id: ${id}\n        ${score}`);
  return [`cameras:`, `  - id: ${line.camera.camera_id}`, `    rules:`, ...rules].join("\n");
}
