import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { alertAt } from "../../testing/samples";
import { otherCamera, useFocus } from "./useFocus";

const rows = [1, 2, 2, 1].map((camera_key, index) =>
  alertAt(String(index), `2026-11-24T05:0${9 - index}:00Z`, { camera_key }),
);

describe("otherCamera", () => {
  it("passes over the alerts of the camera one looks at", () => {
    expect(otherCamera(rows, 1, 1)?.id).toBe("3");
    expect(otherCamera(rows, 2, -1)?.id).toBe("0");
  });

  it("stays where there is no other", () => {
    expect(otherCamera(rows, 3, 1)).toBeUndefined();
    expect(otherCamera(rows, 0, -1)).toBeUndefined();
    expect(otherCamera([], 0, 1)).toBeUndefined();
  });
});

describe("the focus", () => {
  it("stays on its alert while rows come, and begins another list at its top", () => {
    const { result, rerender } = renderHook(({ shown, list }) => useFocus(shown, list), {
      initialProps: { shown: rows, list: "" },
    });
    act(() => result.current.move(1));
    expect(result.current.focused?.id).toBe("1");
    rerender({ shown: [alertAt("new", "2026-11-24T05:59:00Z"), ...rows], list: "" });
    expect(result.current.focused?.id).toBe("1");
    rerender({ shown: [...rows].reverse(), list: "?order=newest" });
    expect(result.current.focused?.id).toBe("3");
  });
});
