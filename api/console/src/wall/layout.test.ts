import { describe, expect, it } from "vitest";

import { camera } from "../testing/samples";
import { readWall, shownCameras, writeWall } from "./layout";

const all = ["d", "b", "a", "c", "e"].map((id) => camera(id));

describe("shownCameras", () => {
  it("shows every camera, by place and name, page by page", () => {
    const first = shownCameras(all, { size: 4, page: 0, chosen: [] });
    expect(first.cameras.map((each) => each.camera_id)).toEqual(["a", "b", "c", "d"]);
    expect(first.pages).toBe(2);
    const second = shownCameras(all, { size: 4, page: 7, chosen: [] });
    expect([second.page, second.cameras.map((each) => each.camera_id)]).toEqual([1, ["e"]]);
  });

  it("keeps a camera's place when its state changes, and leaves out what is switched off", () => {
    const changed = all.map((each) =>
      each.camera_id === "a" ? camera("a", { state: "not_watching" }) : each.camera_id === "b" ? camera("b", { state: "disabled" }) : each,
    );
    const shown = shownCameras(changed, { size: 4, page: 0, chosen: [] });
    expect(shown.cameras.map((each) => each.camera_id)).toEqual(["a", "c", "d", "e"]);
  });

  it("shows what was chosen, in that order, without what is gone", () => {
    const shown = shownCameras(all, { size: 9, page: 0, chosen: [String(camera("e").id), "999", String(camera("a").id)] });
    expect(shown.cameras.map((each) => each.camera_id)).toEqual(["e", "a"]);
  });
});

describe("the address", () => {
  it("carries the wall there and back", () => {
    const wall = { size: 9, page: 2, chosen: ["gate", "yard"] } as const;
    expect(readWall(writeWall(wall))).toEqual(wall);
  });

  it("forgives nonsense", () => {
    const params = new URLSearchParams("size=5&page=-3&cameras=,,");
    expect(readWall(params)).toEqual({ size: 4, page: 0, chosen: [] });
  });
});
