import { describe, expect, it } from "vitest";

import {
  countOf,
  fromSavedBoard,
  DEFAULT_ORDER_FILTERS,
  isBoardNarrowed,
  readOrderFilters,
  toSavedBoard,
  writeOrderFilters,
  type OrderFilters,
} from "./filters";

const read = (text: string) => readOrderFilters(new URLSearchParams(text));

describe("the board's address", () => {
  it("is empty of what nobody chose", () => {
    expect(writeOrderFilters(DEFAULT_ORDER_FILTERS).toString()).toBe("");
    expect(read("")).toEqual(DEFAULT_ORDER_FILTERS);
  });

  it("comes back as it was written", () => {
    const chosen: OrderFilters = {
      column: "pending_verification",
      mine: true,
      schoolIds: ["no-1", "no-2"],
      risks: ["class_1", "class_3"],
      subjects: ["canteen"],
    };
    expect(read(writeOrderFilters(chosen).toString())).toEqual(chosen);
    expect(fromSavedBoard(toSavedBoard(chosen))).toEqual(chosen);
  });

  it("opens with words it does not know", () => {
    expect(read("column=lost&risk=class_9&subject=roof&mine=yes")).toEqual(DEFAULT_ORDER_FILTERS);
  });

  it("is narrowed by anything but its column", () => {
    expect(isBoardNarrowed({ ...DEFAULT_ORDER_FILTERS, column: "closed" })).toBe(false);
    expect(isBoardNarrowed({ ...DEFAULT_ORDER_FILTERS, mine: true })).toBe(true);
  });
});

describe("countOf", () => {
  const counts = {
    assigned: 1,
    feedback_received: 2,
    rectifying: 4,
    pending_verification: 8,
    closed: 16,
    overdue: 3,
  };
  it("counts an overdue order once among the open ones", () => {
    expect(countOf("open", counts)).toBe(15);
    expect(countOf("overdue", counts)).toBe(3);
    expect(countOf("closed", counts)).toBe(16);
  });
});
