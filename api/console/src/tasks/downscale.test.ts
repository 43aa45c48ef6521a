import { afterEach, expect, it, vi } from "vitest";

import { downscale, NotUsable, sizeWithin } from "./downscale";

afterEach(() => vi.unstubAllGlobals());

it.each([
  [4000, 3000, [2048, 1536]],
  [3000, 4000, [1536, 2048]],
  [640, 480, [640, 480]],
  [20_000, 1, [2048, 1]],
])("%i × %i becomes %o", (width, height, size) => {
  expect(sizeWithin(width, height)).toEqual(size);
});

it.each([
  ["a.heic", "image/heic", "heic"],
  ["a.HEIF", "", "heic"],
  ["a.jpg", "image/jpeg", "broken"],
  ["a.svg", "image/svg+xml", "svg"],
])("says why %s cannot be used", async (name, type, why) => {
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no picture")));
  await expect(downscale(new File(["x"], name, { type }))).rejects.toMatchObject({ why });
});

it("decodes nothing that no phone makes", async () => {
  const decode = vi.fn();
  vi.stubGlobal("createImageBitmap", decode);
  const file = new File(["x"], "a.jpg", { type: "image/jpeg" });
  Object.defineProperty(file, "size", { value: 200 * 1024 * 1024 });
  await expect(downscale(file)).rejects.toBeInstanceOf(NotUsable);
  expect(decode).not.toHaveBeenCalled();
});
