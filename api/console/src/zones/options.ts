/* What each rule can be told, from the worker's own models (scripts/gen_client.py). */
import type zh from "../i18n/zh.json";
import type { Rule } from "./editing";
import { ruleName, typeOf } from "./editing";
import derived from "./options.json";
import type { ShapeKind } from "./shapes";

/** Each has its words: a test looks. */
export type OptionKey = keyof (typeof zh)["zones"]["option"];
export type Place = keyof (typeof zh)["zones"]["place"];
export type Direction = keyof (typeof zh)["zones"]["direction"];

export interface Option {
  key: OptionKey;
  kind: string;
  default: unknown;
  choices?: readonly string[];
  least?: number;
  above?: number;
  most?: number;
  below?: number;
}

interface Derived {
  rules: Readonly<Record<string, { shape: string; options: readonly Option[] }>>;
  places: Readonly<Record<Place, { more_models: readonly string[]; rules: readonly Rule[] }>>;
}

const DERIVED: Derived = derived as unknown as Derived;

export const RULE_TYPES: readonly string[] = Object.keys(DERIVED.rules);
export const PLACES = Object.keys(DERIVED.places) as readonly Place[];

/** Empty of a rule that only a newer box knows. */
export function optionsOf(type: string): readonly Option[] {
  return DERIVED.rules[type]?.options ?? [];
}

/** The rules of a place that a camera has not yet; their shapes are yet to be drawn. */
export function rulesOfPlace(place: Place, beside: readonly Rule[]): readonly Rule[] {
  const names = new Set(beside.map(ruleName));
  return DERIVED.places[place].rules.filter((rule) => !names.has(ruleName(rule)));
}

/** A rule with its usual options and a shape to begin with, in the middle of the picture. */
export function newRule(type: string, name: string): Rule {
  const shape: ShapeKind = DERIVED.rules[type]?.shape === "line" ? "line" : "zone";
  if (shape === "line") return { type, line: { name, points: [[0.2, 0.6], [0.8, 0.6]] } };
  return { type, zone: { name, polygon: [[0.3, 0.4], [0.7, 0.4], [0.7, 0.9], [0.3, 0.9]] } };
}

/** Keys that a rule has and the form does not know: kept as they are. */
export function unknownKeys(rule: Rule): string[] {
  const known = new Set<string>(["type", "id", "zone", "line", ...optionsOf(typeOf(rule)).map(({ key }) => key)]);
  return Object.keys(rule).filter((key) => !known.has(key));
}

export const DAYS = ["workdays", "weekend", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const RANGE = /^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$/;
const DAY_MINUTES = 24 * 60;

/** As people separate several: by commas, full or half width, or blanks. */
export function rangesOf(text: string): string[] {
  return text.split(/[,，、;；\s]+/).filter((each) => each !== "");
}

export function isRange(text: string): boolean {
  const match = RANGE.exec(text.trim());
  if (!match) return false;
  const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = match.slice(1).map(Number);
  const [start, end] = [h1 * 60 + m1, h2 * 60 + m2];
  return m1 < 60 && m2 < 60 && start < DAY_MINUTES && end <= DAY_MINUTES && start !== end;
}

export type ScheduleFault = { code: "range"; text: string } | { code: "never" };

/** What keeps a weekly plan from being used; null of a good one, and of what is no plan. */
export function scheduleFault(value: unknown): ScheduleFault | null {
  if (!isPlan(value)) return null;
  const ranges = [...DAYS, "holidays"].flatMap((day) => {
    const of = value[day];
    return Array.isArray(of) ? of.map(String) : [];
  });
  const bad = ranges.find((each) => !isRange(each));
  if (bad !== undefined) return { code: "range", text: bad };
  return ranges.length === 0 ? { code: "never" } : null;
}

export function isPlan(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
