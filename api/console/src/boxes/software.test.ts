import { expect, test } from "vitest";

import type { BoxView } from "../http/types";
import { readSoftware, runs, softwareCounts, wireOf, writeSoftware } from "./software";

const CENTRE = 2;
const box = (state: BoxView["state"], ...told: [version: string, wire: number][]) =>
  ({ state, workers: told.map(([version, contract_version]) => ({ version, contract_version })) }) as BoxView;

test.each([
  [1, "older"],
  [2, "same"],
  [3, "newer"],
] as const)("wire %d is %s", (contract_version, wire) => {
  expect(wireOf({ contract_version }, CENTRE)).toBe(wire);
});

test("boxes are counted by what runs on them, what differs first and the newest version before older ones", () => {
  const items = [
    box("active", ["0.9.0", 1]),
    box("active", ["0.10.0", 2], ["0.10.0", 2]),
    box("active", ["0.10.0", 2], ["0.9.0", 1]),
    box("revoked", ["0.8.0", 1]),
    box("waiting"),
  ];
  expect(softwareCounts({ items, contract_version: CENTRE })).toEqual([
    { filter: "older", count: 2 },
    { filter: { version: "0.10.0" }, count: 2 },
    { filter: { version: "0.9.0" }, count: 2 },
    { filter: { version: "0.8.0" }, count: 1 },
  ]);
});

test("a revoked box is not told to be brought up to date, and is found by its version", () => {
  const revoked = box("revoked", ["0.8.0", 1]);
  expect(runs(revoked, "older", CENTRE)).toBe(false);
  expect(runs(revoked, { version: "0.8.0" }, CENTRE)).toBe(true);
});

test.each(["older", "newer", { version: "older" }, { version: "0.1.0+local" }] as const)(
  "%o stands in the address and is read again",
  (filter) => {
    expect(readSoftware(writeSoftware(filter))).toEqual(filter);
  },
);

test.each([null, "", "0.1.0", "latest"])("%o is no filter", (value) => {
  expect(readSoftware(value)).toBeNull();
});
