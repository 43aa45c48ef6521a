import { describe, expect, it } from "vitest";

import type { ConfigurationProblem } from "../../http/types";
import { Problem } from "../../http/problem";
import { lostTo } from "../../configuration/lost";
import { linesOf, problemsOf, rangeOf } from "./draft";

const AT = "2026-11-24T05:45:00Z";

describe("whoever saves second", () => {
  it("hears who was faster", () => {
    const problem = new Problem("configuration_changed", 412, "", null, { version: "4", by: "li", at: AT });
    expect(lostTo(problem)).toEqual({ version: 4, by: "li", at: AT });
  });

  it("hears that it was the box itself", () => {
    const problem = new Problem("configuration_changed", 412, "", null, { version: "4", by: "", at: AT });
    expect(lostTo(problem)?.by).toBe("");
  });

  it.each(["bad_configuration", "unreachable"])("is nobody's loss when it is %s", (code) => {
    expect(lostTo(new Problem(code, 422, ""))).toBeNull();
  });
});

describe("what is wrong", () => {
  const of = (what: string): ConfigurationProblem => ({ path: "cameras[0]", line: 2, what, remedy: "" });
  const told = { text: "a", problems: [of("the box")] };

  it("is what the box said only of the text that it said it of", () => {
    const draft = { text: "a", reason: "", seen: 1, told };
    expect(problemsOf(draft, [of("here")]).map((each) => each.what)).toEqual(["here", "the box"]);
    expect(problemsOf({ ...draft, text: "b" }, [of("here")]).map((each) => each.what)).toEqual(["here"]);
  });
});

describe("a line", () => {
  it.each([
    [1, "site:"],
    [2, "  id: a"],
    [3, ""],
  ])("%i is found", (line, text) => {
    const all = "site:\n  id: a\n";
    expect(all.slice(...rangeOf(all, line))).toBe(text);
    expect(linesOf(all)).toBe(3);
  });
});
