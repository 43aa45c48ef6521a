import { expect, test } from "vitest";

import type { OrderDetail, PhotographView } from "../http/types";
import { orderOf } from "../testing/samples";
import { earlierRounds, mayClose, ofThisRound } from "./checking";

const photo = (id: number, round: number): PhotographView => ({
  id,
  round,
  url: `/p/${id}`,
  at: "2026-11-24T05:00:00Z",
  by: "cook",
  width: 4,
  height: 3,
});

const order: OrderDetail = {
  ...orderOf(1, { state: "pending_verification" }),
  round: 2,
  deadline: null,
  sources: [],
  photographs: [photo(1, 0), photo(2, 0), photo(3, 1), photo(4, 2), photo(5, 2)],
  history: [],
  steps: ["close", "return"],
  merged: [],
};

test("an order is closed once each photograph of this round was shown", () => {
  expect(mayClose(order, new Set([4]))).toBe(false);
  expect(mayClose(order, new Set([4, 5]))).toBe(true);
});

test("photographs of a rectification that was sent back are not those to be checked", () => {
  expect(ofThisRound(order).map(({ id }) => id)).toEqual([4, 5]);
  expect(mayClose(order, new Set([1, 2, 3]))).toBe(false);
});

test("earlier rounds stand apart, the latest first", () => {
  expect(earlierRounds(order).map(({ round, photographs }) => [round, photographs.map(({ id }) => id)])).toEqual([
    [1, [3]],
    [0, [1, 2]],
  ]);
});
