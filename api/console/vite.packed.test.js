// @vitest-environment node
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { afterEach, beforeEach, expect, it } from "vitest";

import { writePacked } from "./vite.packed.js";

const CODE = `export const words = "${"明安 mingan ".repeat(400)}";`;
let folder;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "packed-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("writes each text twice more, to be unpacked to the same", async () => {
  writeFileSync(path.join(folder, "app.js"), CODE);
  await writePacked(folder, ["app.js"]);
  const read = (ending) => readFileSync(path.join(folder, `app.js${ending}`));
  expect(brotliDecompressSync(read(".br")).toString()).toBe(CODE);
  expect(gunzipSync(read(".gz")).toString()).toBe(CODE);
  expect(read(".br").length).toBeLessThan(CODE.length / 10);
});

it("leaves pictures and what is small already", async () => {
  writeFileSync(path.join(folder, "icon.png"), CODE);
  writeFileSync(path.join(folder, "small.css"), "a{}");
  await writePacked(folder, ["icon.png", "small.css"]);
  expect(readdirSync(folder).sort()).toEqual(["icon.png", "small.css"]);
});
