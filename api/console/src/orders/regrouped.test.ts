import { expect, test } from "vitest";

import { regrouped } from "./regrouped";

test("orders that were joined are named, and the words stay", () => {
  expect(regrouped({ action: "merged", note: "← 7, 8 同一处隐患" })).toEqual({
    how: "tookIn",
    orders: [7, 8],
    note: "同一处隐患",
  });
  expect(regrouped({ action: "merged", note: "→ 8" })?.how).toBe("mergedInto");
  expect(regrouped({ action: "split", note: "→ 9" })?.how).toBe("splitOff");
  expect(regrouped({ action: "split", note: "← 3 两处\n分开整改" })).toEqual({
    how: "cameFrom",
    orders: [3],
    note: "两处\n分开整改",
  });
});

test("what a person wrote is left as it is", () => {
  expect(regrouped({ action: "commented", note: "← 7" })).toBeNull();
  expect(regrouped({ action: "merged", note: "见 ← 7" })).toBeNull();
});
