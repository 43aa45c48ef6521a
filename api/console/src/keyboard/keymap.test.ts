import { describe, expect, it } from "vitest";

import { BINDINGS, elementTakesKey, resolveKey, type KeyPress } from "./keymap";

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return {
    key,
    code: "",
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    isComposing: false,
    ...more,
  };
}

describe("resolveKey", () => {
  it.each([
    ["j", "next"],
    ["K", "previous"],
    ["Enter", "open"],
    ["c", "confirm"],
    ["f", "falseAlarm"],
    ["u", "undo"],
    [" ", "playPause"],
    ["ArrowLeft", "frameBack"],
    ["ArrowRight", "frameForward"],
    ["b", "boxes"],
    ["/", "search"],
    ["?", "help"],
    ["Escape", "close"],
  ])("%s means %s", (key, action) => {
    expect(resolveKey(press(key), "normal")?.action).toBe(action);
  });

  it("takes digits for reasons only while reasons are on offer", () => {
    expect(resolveKey(press("3"), "normal")).toBeNull();
    expect(resolveKey(press("3"), "reasons")).toEqual({ action: "reason", index: 2 });
    expect(resolveKey(press("7"), "reasons")).toBeNull();
  });

  it.each(["ctrlKey", "metaKey", "altKey", "isComposing"] as const)("leaves %s alone", (held) => {
    expect(resolveKey(press("c", { [held]: true }), "normal")).toBeNull();
  });

  it("works with a Chinese input method switched on", () => {
    expect(resolveKey(press("Process", { code: "KeyC" }), "normal")?.action).toBe("confirm");
    expect(resolveKey(press("Process", { code: "Digit2" }), "reasons")?.index).toBe(1);
    expect(resolveKey(press("Process", { code: "Slash", shiftKey: true }), "normal")?.action).toBe(
      "help",
    );
    expect(resolveKey(press("、"), "normal")?.action).toBe("search");
    expect(resolveKey(press("？"), "normal")?.action).toBe("help");
  });

  it("binds no key twice", () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys);
    const codes = BINDINGS.flatMap((binding) => binding.codes);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("elementTakesKey", () => {
  function inside(html: string, selector: string): Element | null {
    document.body.innerHTML = html;
    return document.querySelector(selector);
  }

  it("lets people type", () => {
    const input = inside("<input>", "input");
    expect(elementTakesKey(input, press("c"))).toBe(true);
    expect(elementTakesKey(input, press("Escape"))).toBe(false);
  });

  it("leaves Enter to links and buttons, Space to buttons only", () => {
    const link = inside("<a href='/'><b>x</b></a>", "b");
    expect(elementTakesKey(link, press("Enter"))).toBe(true);
    expect(elementTakesKey(link, press(" "))).toBe(false);
    const button = inside("<button>x</button>", "button");
    expect(elementTakesKey(button, press(" "))).toBe(true);
    expect(elementTakesKey(button, press("c"))).toBe(false);
  });

  it("is silent behind a dialog", () => {
    const dialog = inside("<div role=dialog><p>x</p></div>", "p");
    expect(elementTakesKey(dialog, press("c"))).toBe(true);
  });
});
