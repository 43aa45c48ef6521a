/* Which rules there are, whether they can watch, and where they do. */
import { camerasOf } from "../camera/ofRule";
import type { BoxRule, CameraView, RuleView, RuleViewState, RuleWant } from "../http/types";
import { missingWants } from "../rule/wants";

/** In the order of the filter. */
export const RULE_STATES: readonly RuleViewState[] = ["ready", "off", "needs_model", "unknown"];

/** Seconds of the last window that a camera's picture was looked at for a rule; null: not told. */
export function analysedFor(rule: string, camera: CameraView): number | null {
  const told = camera.analysed_by_rule.filter((each) => each.rule === rule);
  return told.length === 0 ? null : Math.max(...told.map((each) => each.analysed_s));
}

/** The box whose word is shown: the least ready that speaks, as the state is. */
export function spokesman(view: RuleView): BoxRule | undefined {
  const speaking = view.boxes.filter((box) => !box.lost);
  const heard = speaking.length > 0 ? speaking : view.boxes;
  return heard.find((box) => box.state === view.state);
}

/** Boxes that say something else than the state that is shown. */
export function dissenters(view: RuleView): BoxRule[] {
  return view.boxes.filter((box) => box.state !== view.state);
}

/** What the model is called that is yet to be made. */
const IMPORTED = "own_model";

/** What to write so that a camera has a rule; the same keys as the box's `box.yaml`. */
export function ruleSnippet(rule: string, box: BoxRule | undefined, zone: string): string {
  const own = missingWants(box);
  const more = [...(box?.more_models ?? [])];
  if (own.some((want) => want.kind === "class")) more.push(IMPORTED);
  const lines = ["cameras:", "  - id: gate-north", "    # …"];
  if (own.some((want) => want.kind === "attribute")) lines.push(`    attributes_model: ${IMPORTED}`);
  if (more.length > 0) lines.push(`    more_models: [${more.join(", ")}]`);
  if (box && box.to_accept.length > 0) {
    lines.push(`    accept_unknown_licence: [${box.to_accept.join(", ")}]`);
  }
  lines.push("    rules:", `      - type: ${rule}`);
  if (rule === "line_crossing") {
    lines.push("        line:", `          name: ${zone}`, "          points: [[0.1, 0.6], [0.9, 0.6]]");
  } else {
    lines.push(
      "        zone:",
      `          name: ${zone}`,
      "          polygon: [[0.05, 0.05], [0.95, 0.05], [0.95, 0.95], [0.05, 0.95]]",
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Makes a file with what is missing a model of the box. */
export function importCommand(missing: readonly RuleWant[]): string {
  const attributes = missing.some((want) => want.kind === "attribute");
  const names = missing.map((want) => want.name).join(",");
  const family = attributes ? "classifier" : "yolov11";
  return `mingan models import ${IMPORTED}.onnx --family ${family} --classes ${names.includes(" ") ? `"${names}"` : names} --licence MIT`;
}

/** Whether a rule is in use, for the filter. */
export type Use = "used" | "unused";

export interface Row {
  view: RuleView;
  cameras: CameraView[];
  watching: number;
}

export function rowsOf(views: readonly RuleView[], cameras: readonly CameraView[]): Row[] {
  return views.map((view) => {
    const having = camerasOf(view.rule, cameras);
    return { view, cameras: having, watching: having.filter((each) => each.state === "watching").length };
  });
}

export function hasUse({ cameras }: Row, use: Use | null): boolean {
  return use === null || (use === "used") === cameras.length > 0;
}
