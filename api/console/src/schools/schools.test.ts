import { describe, expect, it } from "vitest";

import { bySchool, groupKey, knownKey, schoolsOf, type Placed } from "./schools";

const school = (school_id: string, name: string, worker_id = "box-1"): Placed => ({
  school: { school_id, name },
  worker_id,
});
const NO_1 = school("no-1", "第一小学");
const boxed = (worker_id: string | null): Placed => ({ school: null, worker_id });

describe("bySchool", () => {
  it("puts the cameras of a school together, whichever box watches them", () => {
    const other = school("no-1", "第一小学", "box-2");
    expect(bySchool([NO_1, other])).toEqual([{ key: "no-1", name: "第一小学", rows: [NO_1, other] }]);
  });

  it("keeps schools of the same name apart", () => {
    const twin = school("no-1-east", "第一小学");
    expect(bySchool([NO_1, twin]).map((group) => group.key)).toEqual(["no-1", "no-1-east"]);
  });

  it("names cameras without a school after their box and loses none", () => {
    const groups = bySchool([boxed(null), boxed("no-1"), NO_1]);
    expect(groups.map((group) => [group.key, group.name, group.rows.length])).toEqual([
      ["no-1", "第一小学", 1],
      ["box:no-1", "no-1", 1],
      ["box:", null, 1],
    ]);
    expect(groupKey(boxed("no-1"))).not.toBe(groupKey(NO_1));
  });
});

describe("knownKey", () => {
  it("ignores a school that is not there", () => {
    const groups = bySchool([NO_1]);
    expect(knownKey(groups, "no-1")).toBe("no-1");
    expect(knownKey(groups, "no-9")).toBeNull();
    expect(knownKey(groups, null)).toBeNull();
  });
});

describe("schoolsOf", () => {
  it("names each school once, and no box", () => {
    expect(schoolsOf([NO_1, boxed("box-9"), NO_1])).toEqual([NO_1.school]);
  });
});
