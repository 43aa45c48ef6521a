import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { alertAt } from "../../testing/samples";
import { useSelection } from "./useSelection";

const rows = ["a", "b", "c", "d"].map((id) =>
  alertAt(id, "2026-11-24T05:00:00Z", id === "c" ? { status: "confirmed" } : {}),
);
type Selection = ReturnType<typeof useSelection>;

function choose() {
  const { result, rerender } = renderHook(({ shown, list }) => useSelection(shown, list), {
    initialProps: { shown: rows, list: "" },
  });
  return {
    rerender,
    ids: () => result.current.selected.map((row) => row.id),
    take: (step: (of: Selection) => void) => {
      act(() => {
        step(result.current);
      });
    },
  };
}

describe("a selection", () => {
  it("takes one and lets it go", () => {
    const chosen = choose();
    chosen.take((it) => it.toggle("b"));
    expect(chosen.ids()).toEqual(["b"]);
    chosen.take((it) => it.toggle("b"));
    expect(chosen.ids()).toEqual([]);
  });

  it("reaches from the last chosen to the next, upwards too, past what is judged", () => {
    const chosen = choose();
    chosen.take((it) => it.toggle("d"));
    chosen.take((it) => it.extend("a"));
    expect(chosen.ids()).toEqual(["a", "b", "d"]);
  });

  it("never holds what was judged", () => {
    const chosen = choose();
    chosen.take((it) => it.toggle("c"));
    expect(chosen.ids()).toEqual([]);
    chosen.take((it) => it.all());
    expect(chosen.ids()).toEqual(["a", "b", "d"]);
    chosen.rerender({ shown: rows.map((row) => ({ ...row, status: "confirmed" as const })), list: "" });
    expect(chosen.ids()).toEqual([]);
  });

  it("ends with its list", () => {
    const chosen = choose();
    chosen.take((it) => it.all());
    chosen.rerender({ shown: rows, list: "?rule=loitering" });
    expect(chosen.ids()).toEqual([]);
  });
});
