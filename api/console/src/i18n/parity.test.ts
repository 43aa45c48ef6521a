import { describe, expect, it } from "vitest";

import en from "./en.json";
import vocabularyEn from "./vocabulary.en.json";
import vocabularyZh from "./vocabulary.zh.json";
import zh from "./zh.json";

type Tree = { [key: string]: string | Tree };

const PLURAL = /_(zero|one|two|few|many|other)$/;

function entries(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : entries(value, `${prefix}${key}.`),
  );
}

/** Keys as code names them, with every placeholder some form of the text uses. */
function shape(tree: Tree): Map<string, string> {
  const found = new Map<string, Set<string>>();
  for (const [key, text] of entries(tree)) {
    const name = key.replace(PLURAL, "");
    const placeholders = found.get(name) ?? new Set();
    for (const match of text.matchAll(/\{\{(\w+)\}\}/g)) placeholders.add(match[1] ?? "");
    found.set(name, placeholders);
  }
  return new Map([...found].map(([name, set]) => [name, [...set].sort().join(",")]));
}

const sources = import.meta.glob<string>("../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const code = Object.entries(sources)
  .filter(([path]) => !path.includes(".test.") && !path.includes("/client/"))
  .map(([, text]) => text)
  .join("\n");

describe("catalogues", () => {
  it("have the same keys and placeholders in both languages", () => {
    expect(Object.fromEntries(shape(en))).toEqual(Object.fromEntries(shape(zh)));
  });

  it("leave nothing empty", () => {
    const texts = [...entries(zh), ...entries(en), ...entries(vocabularyZh), ...entries(vocabularyEn)];
    expect(texts.filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("give a plural its general form", () => {
    for (const tree of [zh, en]) {
      const keys = new Set(entries(tree).map(([key]) => key));
      const missing = [...keys].filter(
        (key) => PLURAL.test(key) && !keys.has(key.replace(PLURAL, "_other")),
      );
      expect(missing).toEqual([]);
    }
  });

  it("hold every key the code names", () => {
    const known = shape(zh);
    const named = [...code.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((key) => !known.has(key))).toEqual([]);
  });

  it("hold no key the code has forgotten", () => {
    const families = [...code.matchAll(/`([\w.]+)\.\$\{/g)].map((match) => `${match[1]}.`);
    const forgotten = [...shape(zh).keys()].filter(
      (key) => !code.includes(`"${key}"`) && !families.some((family) => key.startsWith(family)),
    );
    expect(forgotten).toEqual([]);
  });
});

describe("vocabulary", () => {
  it("has the same terms in both languages", () => {
    expect([...shape(vocabularyEn).keys()]).toEqual([...shape(vocabularyZh).keys()]);
  });
});
