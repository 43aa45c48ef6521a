import { describe, expect, it } from "vitest";

import { alertAt, camera } from "../testing/samples";
import { cameraText } from "./CameraPlace";

const school = { school_id: "no-2", name: "第二中学" };

describe("a camera's name", () => {
  it("carries its school where there are several, after the camera itself", () => {
    const gate = camera("gate", { name: "北门", location: "出入口", school });
    expect(cameraText(gate, true)).toBe("北门 · 第二中学 · 出入口");
    expect(cameraText(gate, false)).toBe("北门 · 出入口");
  });

  it("is the same on an alert of that camera", () => {
    const alert = alertAt("one", "2026-11-24T05:00:00Z", { camera_location: "出入口", school });
    expect(cameraText(alert, true)).toBe("北门 · 第二中学 · 出入口");
  });

  it("tells two cameras of one name apart", () => {
    const here = camera("a", { name: "北门", school });
    const there = camera("b", { name: "北门", school: { school_id: "no-1", name: "第一小学" } });
    expect(cameraText(here, true)).not.toBe(cameraText(there, true));
  });
});
