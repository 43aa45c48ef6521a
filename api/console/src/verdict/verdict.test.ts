import { expect, test } from "vitest";

import { schoolLine } from "../testing/compliance";
import { coverageRing, retentionRing, worstFirst } from "./verdict";

test("what nobody can tell, what is too young and what rests on unread texts is neither good nor bad", () => {
  expect(coverageRing(schoolLine())).toEqual({ good: 5, bad: 1, total: 10 });
  expect(retentionRing(schoolLine())).toEqual({ good: 1, bad: 1, total: 4 });
});

test("schools that fail come first, and unknown ones before those that only wait", () => {
  const named = (name: string, changes: Parameters<typeof schoolLine>[0]) =>
    schoolLine({ ...changes, school: { school_id: name, name, name_en: "" } });
  const schools = [
    named("meets", { verdict: "meets" }),
    named("waits", { verdict: "unconfirmed" }),
    named("silent", { verdict: "unknown" }),
    named("fails", { verdict: "fails" }),
    named("shouts", { verdict: "fails", forbidden_count: 1 }),
  ];
  expect(worstFirst(schools).map((each) => each.school.school_id)).toEqual([
    "shouts",
    "fails",
    "silent",
    "waits",
    "meets",
  ]);
});
