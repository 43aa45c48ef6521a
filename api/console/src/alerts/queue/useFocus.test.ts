import { describe, expect, it } from "vitest";

import { alertAt } from "../../testing/samples";
import { otherCamera } from "./useFocus";

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
