/* Writes each text of a build once more, packed as small as it goes: a school's line is slow, and to pack
   at each request would cost the command centre more and save less. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(?:css|html|js)$/;
/** What fits a network packet is not sent sooner when it is packed. */
const LEAST_BYTES = 1000;
const ENDINGS = {
  ".br": (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  ".gz": (content) => promisify(gzip)(content, { level: 9 }),
};

/**
 * @param {string} folder
 * @param {readonly string[]} names
 */
export async function writePacked(folder, names) {
  const texts = names.filter((each) => TEXT.test(each));
  for (const name of texts) {
    const content = await readFile(path.join(folder, name));
    if (content.length < LEAST_BYTES) continue;
    await Promise.all(
      Object.entries(ENDINGS).map(async ([ending, pack]) =>
        writeFile(path.join(folder, name + ending), await pack(content)),
      ),
    );
  }
}

/** @returns {import("vite").Plugin} */
export function packed() {
  return {
    name: "mingan-packed",
    apply: "build",
    enforce: "post",
    async writeBundle({ dir }, bundle) {
      if (dir) await writePacked(dir, Object.keys(bundle));
    },
  };
}
