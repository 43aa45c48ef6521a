// @vitest-environment node
import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

import { FEATURES, ROOMS } from "./eslint.rooms.js";

const linter = new Linter({ cwd: import.meta.dirname });
const config = [{ files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } }, ...ROOMS];

function problems(file, code) {
  return linter.verify(code, config, { filename: file }).map((problem) => problem.ruleId);
}

const FOUND = ["no-restricted-syntax"];

describe("rooms of the console", () => {
  it("are found by their pages", () => {
    expect(FEATURES).toEqual(expect.arrayContaining(["alerts", "cameras", "recordings", "users", "wall"]));
    expect(FEATURES).not.toEqual(expect.arrayContaining(["session"]));
    expect(FEATURES.length).toBeLessThan(30);
  });

  it.each([
    ["src/alerts/queue/x.ts", 'import { a } from "../../cameras/a";'],
    ["src/alerts/x.ts", 'import type { A } from "../wall/a";'],
    ["src/alerts/x.ts", 'export { a } from "../users/a";'],
    ["src/alerts/x.ts", 'export * from "../users/a";'],
    ["src/alerts/x.ts", 'const a = import("../users/a");'],
    ["src/alerts/x.ts", 'import { a } from "../app/a";'],
    ["src/http/x.ts", 'import { a } from "../alerts/a";'],
    ["src/ui/x.ts", 'import { a } from "../app/a";'],
    ["src/session/policy.ts", 'import { a } from "../alerts/a";'],
  ])("%s: %s is refused", (file, code) => {
    expect(problems(file, code)).toEqual(FOUND);
  });

  it.each([
    ["src/alerts/queue/x.ts", 'import { a } from "../../alert/a";'],
    ["src/alerts/queue/x.ts", 'import { a } from "../review/a";'],
    ["src/app/x.ts", 'const a = import("../alerts/queue/QueuePage");'],
    ["src/users/x.ts", 'import { useMay } from "../session/policy";'],
    ["src/users/x.ts", "const shown = term('role', me.role);"],
    ["src/session/policy.ts", "const known = me.permissions;"],
  ])("%s: %s is let be", (file, code) => {
    expect(problems(file, code)).toEqual([]);
  });

  it.each([
    "const seen = me.permissions.includes('judge');",
    "const seen = me.role === 'auditor';",
    "switch (me.role) { default: }",
  ])("what a person may see is not asked elsewhere: %s", (code) => {
    for (const file of ["src/users/x.ts", "src/app/x.ts", "src/ui/x.ts"]) {
      expect(problems(file, code)).toEqual(FOUND);
    }
  });

  it.each(["const a = box.school.name;", "const a = box?.school?.name;"])(
    "a school is not named in one language alone: %s",
    (code) => {
      expect(problems("src/boxes/x.ts", code)).toEqual(FOUND);
    },
  );
});
