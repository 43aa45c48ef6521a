import { describe, expect, it } from "vitest";

import { begin } from "../drawing/history";
import { cornerAct, edit, rebased, shapeOf, sharing, type Editing, type Rule } from "./editing";
import { isRange, newRule, RULE_TYPES, optionsOf, PLACES, rulesOfPlace, scheduleFault, unknownKeys } from "./options";
import { faultOf } from "./shapes";
import en from "../i18n/en.json";
import zh from "../i18n/zh.json";

const SIZE = { width: 1000, height: 500 };
const ZONE = { name: "院子", polygon: [[0.1, 0.1], [0.123456, 0.9], [0.9, 0.9]] };
const RULE: Rule = { type: "loitering", min_s: 30, zone: ZONE, newer: { kept: [1] } };
const NONE = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

function pressed(now: Editing, key: string, corner: number, more: object = {}): Editing {
  const shape = shapeOf(now.state[0]);
  const act = shape && cornerAct({ ...NONE, key, ...more }, shape, 0, corner, SIZE);
  if (!act) throw new Error(`${key} does nothing`);
  return edit(now, act);
}

describe("the keyboard on a corner", () => {
  it("moves it by a pixel of the picture or by ten, and writes no other corner anew", () => {
    const now = pressed(pressed(begin<readonly Rule[]>([RULE]), "ArrowRight", 0), "ArrowDown", 0, { shiftKey: true });
    expect(now.state[0]).toEqual({ ...RULE, zone: { ...ZONE, polygon: [[0.101, 0.12], ...ZONE.polygon.slice(1)] } });
    expect(now.past).toHaveLength(1);
  });

  it("adds one after it, and takes it away while enough are left", () => {
    const four = pressed(begin<readonly Rule[]>([RULE]), "Enter", 2);
    expect(shapeOf(four.state[0])?.points).toHaveLength(4);
    const three = pressed(four, "Delete", 3);
    expect(three.state).toEqual([RULE]);
    const shape = shapeOf(three.state[0]);
    expect(shape && cornerAct({ ...NONE, key: "Delete" }, shape, 0, 0, SIZE)).toBeNull();
    expect(shape && cornerAct({ ...NONE, key: "Tab" }, shape, 0, 0, SIZE)).toBeNull();
    expect(shape && cornerAct({ ...NONE, key: "ArrowLeft", altKey: true }, shape, 0, 0, SIZE)).toBeNull();
  });
});

describe("the way back", () => {
  it("takes back a drag at once, options and shapes alike, and forgets what was redone over", () => {
    let now: Editing = begin<readonly Rule[]>([RULE]);
    for (const x of [0.2, 0.3, 0.4]) {
      now = edit(now, { kind: "shape", index: 0, step: "drag 1", to: ([, ...rest]) => [{ x, y: 0.1 }, ...rest] });
    }
    now = edit(now, { kind: "set", index: 0, step: null, key: "min_s", value: 60 });
    expect(now.past).toHaveLength(2);
    now = edit(now, { kind: "undo" });
    expect(now.state[0]?.["min_s"]).toBe(30);
    now = edit(now, { kind: "undo" });
    expect(now.state).toEqual([RULE]);
    expect(edit(now, { kind: "undo" })).toBe(now);
    expect(shapeOf(edit(now, { kind: "redo" }).state[0])?.points[0]).toEqual({ x: 0.4, y: 0.1 });
    now = edit(now, { kind: "remove", index: 0 });
    expect(edit(now, { kind: "redo" })).toBe(now);
  });

  it("holds no step in which nothing changed", () => {
    const now = begin<readonly Rule[]>([RULE]);
    expect(edit(now, { kind: "shape", index: 0, step: null, to: (points) => points })).toBe(now);
  });
});

describe("rules", () => {
  it("that have the very same zone move together until one has another name", () => {
    const other: Rule = { type: "crowding", zone: ZONE };
    let now: Editing = begin<readonly Rule[]>([RULE, other]);
    expect(sharing(now.state, 0)).toEqual([1]);
    now = edit(now, { kind: "shape", index: 0, step: null, to: ([, ...rest]) => [{ x: 0, y: 0 }, ...rest] });
    expect(shapeOf(now.state[1])?.points[0]).toEqual({ x: 0, y: 0 });
    now = edit(now, { kind: "rename", index: 1, step: null, name: "门前" });
    expect(sharing(now.state, 0)).toEqual([]);
    expect(shapeOf(now.state[0])?.name).toBe("院子");
  });

  it("that are added have names of their own", () => {
    const again = newRule("loitering", "门前");
    const now = edit(begin<readonly Rule[]>([RULE]), { kind: "add", rules: [again, again] });
    expect(now.state.map((rule) => rule["id"])).toEqual([undefined, "loitering-2", "loitering-3"]);
  });

  it("keep what is not known here, and lose an option that is as usual", () => {
    expect(unknownKeys(RULE)).toEqual(["newer"]);
    const now = edit(begin<readonly Rule[]>([RULE]), { kind: "set", index: 0, step: null, key: "min_s", value: undefined });
    expect(now.state[0]).toEqual({ type: "loitering", zone: ZONE, newer: { kept: [1] } });
  });

  it.each([undefined, { polygon: "x" }, { polygon: [[1]] }, { name: "a", polygon: [["1", 2]] }])(
    "whose shape cannot be drawn have none: %j",
    (zone) => expect(shapeOf({ type: "fall", zone })).toBeNull(),
  );

  it("of every kind have a shape to begin with, and words for each option in both languages", () => {
    expect(RULE_TYPES.length).toBeGreaterThan(20);
    for (const type of RULE_TYPES) {
      const shape = shapeOf(newRule(type, "x"));
      expect(shape && faultOf(shape.points, shape.kind)).toBeNull();
      for (const { key, kind, choices } of optionsOf(type)) {
        for (const { zones } of [zh, en]) {
          expect(zones.option, key).toHaveProperty(key);
          expect(zones.means, key).toHaveProperty(key);
          if (kind === "choice" && key !== "risk") expect(Object.keys(zones.direction)).toEqual(choices);
        }
      }
    }
    for (const { zones } of [zh, en]) expect(Object.keys(zones.place)).toEqual(PLACES);
  });

  it("of a place come once", () => {
    const first = rulesOfPlace("gate", []);
    expect(first.length).toBeGreaterThan(3);
    expect(rulesOfPlace("gate", first)).toEqual([]);
  });
});

describe("a weekly plan", () => {
  it.each(["18:30-24:00", "22:00-06:00", "8:00–9:30"])("may say %s", (text) => expect(isRange(text)).toBe(true));
  it.each(["24:00-06:00", "8:00-8:00", "8-9", "08:60-09:00", "22:00-25:00"])("may not say %s", (text) =>
    expect(isRange(text)).toBe(false),
  );

  it("is refused when it is never, or says no time", () => {
    expect(scheduleFault({ holidays: "as_sunday" })).toEqual({ code: "never" });
    expect(scheduleFault({ workdays: ["morning"] })).toEqual({ code: "range", text: "morning" });
    expect(scheduleFault({ workdays: ["08:00-09:00"] })).toBeNull();
    expect(scheduleFault("always")).toBeNull();
  });
});

describe("one's own changes on those of somebody faster", () => {
  const other: Rule = { type: "fall", zone: ZONE };
  const more: Rule = { type: "smoking", zone: ZONE };
  it("take theirs wherever one changed nothing, rules that came and went among them", () => {
    const theirs = [{ ...RULE, min_s: 60 }, more];
    expect(rebased([RULE, other], [RULE, other], theirs)).toEqual(theirs);
    expect(rebased([RULE, other], [{ ...RULE, clear_s: 9 }, other], theirs)).toEqual([
      { ...RULE, min_s: 60, clear_s: 9 },
      more,
    ]);
  });
  it("keep one's own where both changed the same", () => {
    const moved = { ...RULE, zone: { ...ZONE, polygon: [[0, 0], [1, 0], [1, 1]] } };
    const named = { ...RULE, min_s: 60, zone: { ...ZONE, name: "前院" } };
    expect(rebased([RULE], [{ ...moved, min_s: 5 }], [named])).toEqual([
      { ...moved, min_s: 5, zone: { ...moved.zone, name: "前院" } },
    ]);
    expect(rebased([RULE, other], [{ ...RULE, min_s: 5 }, other], [other])).toEqual([other, { ...RULE, min_s: 5 }]);
    expect(rebased([RULE, other], [RULE], [RULE, { ...other, people: 2 }])).toEqual([RULE]);
  });
  it("are left alone where two rules have one name", () => {
    expect(rebased([RULE, RULE], [RULE], [other])).toEqual([RULE]);
  });
});
