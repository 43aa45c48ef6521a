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
    repeat: false,
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
    ["n", "note"],
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

  it.each(["c", "f", "u", " ", "Enter", "l", "["])("%s held down means nothing new", (key) => {
    expect(resolveKey(press(key), "normal")).not.toBeNull();
    expect(resolveKey(press(key, { repeat: true }), "normal")).toBeNull();
  });

  it("a reason held down judges once", () => {
    expect(resolveKey(press("2", { repeat: true }), "reasons")).toBeNull();
  });

  it.each(["j", "k", "ArrowRight", "+"])("%s held down goes on", (key) => {
    expect(resolveKey(press(key, { repeat: true }), "normal")).not.toBeNull();
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

  it.each(["radio", "checkbox", "range"])("keeps letters for the page on a %s", (type) => {
    const input = inside(`<input type=${type}>`, "input");
    expect(elementTakesKey(input, press("c"))).toBe(false);
    expect(elementTakesKey(input, press("ArrowDown"))).toBe(true);
  });

  it("keeps letters for the page on a field that is only read", () => {
    expect(elementTakesKey(inside("<input readonly role=combobox>", "input"), press("j"))).toBe(false);
    expect(elementTakesKey(inside("<input role=combobox>", "input"), press("j"))).toBe(true);
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
