/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { antdTheme, type ThemeName } from "../ui/theme";

// Vitest leaves style sheets empty, even raw ones.
const tokens = readFileSync("src/styles/tokens.css", "utf-8");

/* WCAG 2.2, 1.4.3 and 1.4.11, level AA. */
const TEXT = 4.5;
const GRAPHICS = 3;

const PAPER = ["ground", "surface", "surface-2", "selected", "hatch-a", "hatch-b"];
const WORDS = ["text", "text-2", "text-3", "class-1", "class-2", "class-3", "ok"];

function palette(theme: ThemeName): Map<string, string> {
  const block = tokens.split(/:root\[data-theme="(?=light|dark)/).find((part) => part.startsWith(theme)) ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1] ?? "", found[2] ?? ""]));
}

/** Relative luminance as WCAG defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function below(theme: ThemeName, least: number, pairs: [string, string][]): string[] {
  const colours = palette(theme);
  return pairs.flatMap(([front, back]) => {
    const ratio = contrast(colours.get(front) ?? "", colours.get(back) ?? "");
    return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(2)}`];
  });
}

describe.each<ThemeName>(["light", "dark"])("the %s theme", (theme) => {
  it("lets every word be read on everything it stands on", () => {
    const washed = ["class-1", "class-2", "class-3", "ok"].map((name): [string, string] => [name, `${name}-wash`]);
    const pairs = [
      ...WORDS.flatMap((word) => PAPER.map((paper): [string, string] => [word, paper])),
      ...washed,
      ["on-ink", "ink"] as [string, string],
      ["text", "arrival"] as [string, string],
    ];
    expect(below(theme, TEXT, pairs)).toEqual([]);
  });

  it("lets every bar and mark be seen", () => {
    const marks = ["class-1-bar", "class-2-bar", "class-3-bar", "ok", "unknown", "text-2", "text-3"];
    const pairs = marks.flatMap((mark) =>
      ["ground", "surface", "surface-2", "selected"].map((paper): [string, string] => [mark, paper]),
    );
    expect(below(theme, GRAPHICS, pairs)).toEqual([]);
  });

  it("gives antd the same colours", () => {
    const colours = palette(theme);
    const { token } = antdTheme(theme);
    const given = {
      text: token?.colorText,
      "text-2": token?.colorTextSecondary,
      surface: token?.colorBgContainer,
      ink: token?.colorPrimary,
      "class-1": token?.colorError,
      "class-2": token?.colorWarning,
      ok: token?.colorSuccess,
    };
    expect(given).toEqual(Object.fromEntries(Object.keys(given).map((name) => [name, colours.get(name)])));
    expect([token?.colorTextTertiary, token?.colorTextDescription]).toEqual([colours.get("text-2"), colours.get("text-2")]);
  });
});

it("dims no words: what is see-through has no contrast anybody has looked at", () => {
  const sheets = readdirSync("src", { recursive: true, encoding: "utf-8" }).filter((path) => path.endsWith(".css"));
  const dimmed = sheets.flatMap((path) =>
    [...readFileSync(join("src", path), "utf-8").matchAll(/([^{}]+)\{[^{}]*[^-]opacity: 0\.\d+/g)].map(
      (rule) => `${path} ${(rule[1] ?? "").trim()}`,
    ),
  );
  expect(sheets.length).toBeGreaterThan(10);
  // A bar of time and a track without a clip; neither holds a word.
  expect(dimmed.sort()).toEqual([
    "alerts/player/player.module.css .track[data-empty=\"true\"]",
    "cameras/cameras.module.css .part[data-kind=\"overloaded\"]",
  ]);
});
