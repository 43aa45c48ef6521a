/* The rules of one camera while they are drawn and set, and the way back; pure. Rules are as the box's
   YAML has them: what is not known here is kept. */
import { after, along, type History, type Key, type Way } from "../drawing/history";
import type { Point, Size } from "../drawing/point";
import { fewest, insertedAfter, movedAt, nudged, removedAt, type ShapeKind } from "./shapes";

export type Rule = Readonly<Record<string, unknown>>;

export interface Shape {
  kind: ShapeKind;
  name: string;
  points: readonly Point[];
}

export type Editing = History<readonly Rule[]>;

export type Act =
  /** Moves the shape, of all rules that have the very same one. */
  | { kind: "shape"; index: number; step: string | null; to: (points: readonly Point[]) => readonly Point[] }
  | { kind: "rename"; index: number; step: string | null; name: string }
  | { kind: "set"; index: number; step: string | null; key: string; value: unknown }
  | { kind: "add"; rules: readonly Rule[] }
  | { kind: "remove"; index: number }
  | Way;

export function edit(now: Editing, act: Act): Editing {
  switch (act.kind) {
    case "undo":
    case "redo":
      return along(now, act);
    case "add":
      return after(now, [...now.state, ...named(act.rules, now.state)], null);
    case "remove":
      return after(now, now.state.filter((_, index) => index !== act.index), null);
    case "set":
      return changed(now, act.step, (rule, index) =>
        index === act.index ? withValue(rule, act.key, act.value) : rule,
      );
    case "rename":
    case "shape": {
      const shape = shapeOf(now.state[act.index]);
      if (!shape) return now;
      const to = act.kind === "rename" ? { ...shape, name: act.name } : { ...shape, points: act.to(shape.points) };
      return changed(now, act.step, (rule, index) =>
        index === act.index || (act.kind === "shape" && isSameShape(shapeOf(rule), shape)) ? withShape(rule, to) : rule,
      );
    }
  }
}

function changed(now: Editing, step: string | null, to: (rule: Rule, index: number) => Rule): Editing {
  const rules = now.state.map(to);
  return same(rules, now.state) ? now : after(now, rules, step);
}

export function same(some: readonly Rule[], others: readonly Rule[]): boolean {
  return isEqual(some, others);
}

/** One's own changes on what somebody else made of the same rules meanwhile; at one and the same value one's own. */
export function rebased(was: readonly Rule[], ours: readonly Rule[], theirs: readonly Rule[]): readonly Rule[] {
  const all = [was, ours, theirs].map((rules) => new Map(rules.map((rule) => [ruleName(rule), rule])));
  const isNamed = all.every((found, index) => found.size === [was, ours, theirs][index]?.length);
  if (!isNamed) return ours;
  const found = merged(...(all.map((each) => Object.fromEntries(each)) as [Rule, Rule, Rule]));
  return Object.values(found as Record<string, Rule>);
}

function merged(was: unknown, ours: unknown, theirs: unknown): unknown {
  if (isEqual(was, ours)) return theirs;
  if (!isRecord(was) || !isRecord(ours) || !isRecord(theirs)) return ours;
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const found = names.map((name) => [name, merged(was[name], ours[name], theirs[name])] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A rule's name on its camera. */
export function ruleName(rule: Rule): string {
  return typeof rule["id"] === "string" ? rule["id"] : typeOf(rule);
}

export function typeOf(rule: Rule): string {
  return typeof rule["type"] === "string" ? rule["type"] : "";
}

/** Null of a rule whose shape is missing, or of a newer kind. */
export function shapeOf(rule: Rule | undefined): Shape | null {
  if (!rule) return null;
  const [kind, key] = isRecord(rule["line"]) ? (["line", "points"] as const) : (["zone", "polygon"] as const);
  const drawn = rule[kind];
  if (!isRecord(drawn) || !Array.isArray(drawn[key])) return null;
  const points = drawn[key].flatMap((each: unknown): Point[] => {
    const [x, y] = Array.isArray(each) ? (each as unknown[]) : [];
    return typeof x === "number" && typeof y === "number" ? [{ x, y }] : [];
  });
  if (points.length !== drawn[key].length) return null;
  return { kind, name: typeof drawn["name"] === "string" ? drawn["name"] : "", points: open(points, kind) };
}

/** The last corner of a zone may be its first once more. */
function open(points: Point[], kind: ShapeKind): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  const isClosed = kind === "zone" && points.length > 1 && first?.x === last?.x && first?.y === last?.y;
  return isClosed ? points.slice(0, -1) : points;
}

/** Rules whose shape moves with a rule's, by their indices. */
export function sharing(rules: readonly Rule[], index: number): number[] {
  const shape = shapeOf(rules[index]);
  return rules.flatMap((rule, at) => (at !== index && isSameShape(shapeOf(rule), shape) ? [at] : []));
}

function isSameShape(one: Shape | null, other: Shape | null): boolean {
  return one !== null && isEqual(one, other);
}

function withShape(rule: Rule, { kind, name, points }: Shape): Rule {
  const drawn = rule[kind];
  const key = kind === "line" ? "points" : "polygon";
  const pairs = points.map(({ x, y }) => [x, y]);
  return { ...rule, [kind]: { ...(isRecord(drawn) ? drawn : {}), name, [key]: pairs } };
}

/** An option that is not given has its usual value. */
function withValue(rule: Rule, key: string, value: unknown): Rule {
  if (value !== undefined && value !== null) return { ...rule, [key]: value };
  return Object.fromEntries(Object.entries(rule).filter(([name]) => name !== key));
}

/** New rules with names that are not taken. */
function named(rules: readonly Rule[], beside: readonly Rule[]): Rule[] {
  const taken = new Set(beside.map(ruleName));
  return rules.map((rule) => {
    const wanted = ruleName(rule);
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
    taken.add(name);
    if (name === wanted) return rule;
    return { type: typeOf(rule), id: name, ...Object.fromEntries(Object.entries(rule).filter(([key]) => key !== "type" && key !== "id")) };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const COARSE = 10;

/** By how many pixels an arrow key moves; null of any other key. */
export function arrowOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): Point | null {
  const arrow = altKey || ctrlKey || metaKey ? undefined : ARROWS[key];
  const by = shiftKey ? COARSE : 1;
  return arrow ? { x: arrow.x * by, y: arrow.y * by } : null;
}

/** What a key does to the corner that has the focus; null of a key that is not ours. */
export function cornerAct(key: Key, shape: Shape, index: number, corner: number, size: Size): Act | null {
  const by = arrowOf(key);
  const act = (step: string | null, to: (points: readonly Point[]) => readonly Point[]): Act => ({
    kind: "shape",
    index,
    step,
    to,
  });
  if (by) {
    return act(`nudge ${index} ${corner}`, (points) => {
      const point = points[corner];
      return point ? movedAt(points, corner, nudged(point, by, size)) : points;
    });
  }
  if (key.altKey || key.ctrlKey || key.metaKey) return null;
  if (key.key === "Enter" || key.key === "Insert" || key.key === "+") {
    return act(null, (points) => insertedAfter(points, corner, shape.kind));
  }
  if ((key.key === "Delete" || key.key === "Backspace") && shape.points.length > fewest(shape.kind)) {
    return act(null, (points) => removedAt(points, corner));
  }
  return null;
}
