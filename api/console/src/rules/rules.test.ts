import { describe, expect, it } from "vitest";

import { camerasOf, ruleKind } from "../camera/ofRule";
import type { BoxRule, RuleView } from "../http/types";
import { camera } from "../testing/samples";
import {
  analysedFor,
  dissenters,
  hasUse,
  importCommand,
  ruleSnippet,
  rowsOf,
  spokesman,
} from "./rules";

function box(worker_id: string, more: Partial<BoxRule> = {}): BoxRule {
  const school = { school_id: "default", name: "本校", name_en: "" };
  return { school, box_id: 1, worker_id, lost: false, state: "ready", wants: [], more_models: [], to_accept: [], ...more };
}

function rule(name: string, more: Partial<RuleView> = {}): RuleView {
  return { rule: name, risk: "class_2", state: "ready", boxes: [], ...more };
}

const CIGARETTE = { kind: "class", name: "cigarette", model: null } as const;
const GLOVES = { kind: "attribute", name: "gloves", model: null } as const;

describe("where a rule is", () => {
  const examined = { faults: [], reference_at: null, approved_by: null, is_pending: false };
  const blind = camera("a", { rules: ["fall"], state: "not_watching" });
  const watching = camera("b", { rules: ["fall", "smoking"] });
  const pictured = camera("c", { picture: examined });

  it("is on the cameras it is written for, those that look first", () => {
    expect(camerasOf("fall", [blind, watching, pictured])).toEqual([watching, blind]);
    const [row] = rowsOf([rule("fall")], [blind, watching]);
    expect([row?.cameras.length, row?.watching]).toEqual([2, 1]);
  });

  it("is on every camera whose picture is examined, for faults of the picture", () => {
    expect(ruleKind("freeze")).toBe("picture");
    expect(camerasOf("freeze", [watching, pictured])).toEqual([pictured]);
    expect(camerasOf("alert_digest", [watching, pictured])).toEqual([watching]);
  });

  it("tells used from unused", () => {
    const rows = rowsOf([rule("fall"), rule("rodent")], [watching]);
    expect(rows.map((row) => [hasUse(row, "used"), hasUse(row, "unused"), hasUse(row, null)])).toEqual([
      [true, false, true],
      [false, true, true],
    ]);
  });

  it("does not add up two zones of one camera, which look at the same pictures", () => {
    const told = (rule_id: string, analysed_s: number) => ({ rule: "fall", rule_id, analysed_s, missing: [] });
    expect(analysedFor("fall", camera("a", { analysed_by_rule: [told("x", 40), told("y", 60)] }))).toBe(60);
    expect(analysedFor("fall", camera("a"))).toBeNull();
  });
});

describe("which box speaks", () => {
  it("is one whose word is the state, not a silent one if another speaks", () => {
    const silent = box("old", { lost: true, state: "needs_model" });
    const speaking = box("new");
    const view = rule("smoking", { boxes: [silent, speaking] });
    expect(spokesman(view)).toBe(speaking);
    expect(dissenters(view)).toEqual([silent]);
    expect(spokesman(rule("smoking", { state: "needs_model", boxes: [silent] }))).toBe(silent);
  });
});

describe("what to do next", () => {
  it("writes the models a rule takes, and the terms to accept", () => {
    const off = box("b", { state: "off", more_models: ["rodent"], to_accept: ["rodent"] });
    expect(ruleSnippet("rodent", off, "后厨")).toContain(
      "    more_models: [rodent]\n    accept_unknown_licence: [rodent]\n    rules:\n      - type: rodent\n",
    );
  });

  it("draws a line for the rule that counts crossings, a zone for others", () => {
    expect(ruleSnippet("line_crossing", box("b"), "北门")).toContain("        line:");
    expect(ruleSnippet("fall", box("b"), "北门")).toContain("        zone:");
  });

  it("imports a detector for a class, a classifier for an attribute", () => {
    expect(importCommand([CIGARETTE])).toContain("--family yolov11 --classes cigarette ");
    expect(importCommand([GLOVES])).toContain("--family classifier --classes gloves ");
    expect(importCommand([{ ...CIGARETTE, name: "cell phone" }])).toContain('--classes "cell phone" ');
    expect(ruleSnippet("no_gloves", box("b", { wants: [GLOVES] }), "x")).toContain("attributes_model: own_model");
    expect(ruleSnippet("smoking", box("b", { wants: [CIGARETTE] }), "x")).toContain("more_models: [own_model]");
  });
});
