/* Writes the service worker of a build: which files it keeps, and a version that changes with them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

const SOURCE = path.join(import.meta.dirname, "serviceWorker.js");
/** What a push says, by language. */
const WAITS = Object.fromEntries(
  ["zh", "en"].map((language) => {
    const catalogue = path.join(import.meta.dirname, "src", "i18n", `${language}.json`);
    return [language, JSON.parse(readFileSync(catalogue, "utf-8")).push.waits];
  }),
);

/**
 * @param {string} source
 * @param {ReadonlyMap<string, string | Uint8Array>} files
 */
export function writeWorker(source, files) {
  const hash = createHash("sha256").update(source);
  const paths = [...files.keys()].sort();
  for (const each of paths) hash.update(each).update(files.get(each) ?? "");
  return source
    .replace("__VERSION__", hash.digest("hex").slice(0, 16))
    .replace("__WAITS__", JSON.stringify(WAITS))
    .replace("__SHELL__", JSON.stringify(paths.map((each) => `/${each}`)));
}

/** @returns {import("vite").Plugin} */
export function shellWorker() {
  return {
    name: "mingan-shell-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = new Map(
        Object.values(bundle).map((file) => [
          file.fileName,
          file.type === "chunk" ? file.code : file.source,
        ]),
      );
      const worker = writeWorker(readFileSync(SOURCE, "utf-8"), files);
      this.emitFile({ type: "asset", fileName: "sw.js", source: worker });
    },
  };
}
