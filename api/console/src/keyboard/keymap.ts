/* Which key does what, once: the handlers and the help overlay read the same table. */
export type Action =
  | "next"
  | "previous"
  | "open"
  | "confirm"
  | "falseAlarm"
  | "reason"
  | "undo"
  | "assign"
  | "note"
  | "sendBack"
  | "reopen"
  | "select"
  | "together"
  | "playPause"
  | "frameBack"
  | "frameForward"
  | "boxes"
  | "layout"
  | "pageBack"
  | "pageForward"
  | "zoomIn"
  | "zoomOut"
  | "search"
  | "help"
  | "close";

export type Mode = "normal" | "reasons";

export interface Binding {
  action: Action;
  /** As printed on the keyboard and in the help. */
  shown: readonly string[];
  /** `KeyboardEvent.key`, lower case. */
  keys: readonly string[];
  /** `KeyboardEvent.code`, for keyboards with a Chinese input method switched on. */
  codes: readonly string[];
  group: "move" | "judge" | "player" | "orders" | "wall" | "recordings" | "page";
  /** Holding the key down goes on doing it. What judges or opens something asks for a new press. */
  repeats?: true;
  /** What the help calls it where the same action means something else. */
  help?: "closeOrder" | "seekBack" | "seekForward" | "stopBack" | "stopForward" | "cameraBack" | "cameraForward";
}

export const BINDINGS: readonly Binding[] = [
  { action: "next", shown: ["J", "↓"], keys: ["j", "arrowdown"], codes: ["KeyJ"], group: "move", repeats: true },
  { action: "previous", shown: ["K", "↑"], keys: ["k", "arrowup"], codes: ["KeyK"], group: "move", repeats: true },
  { action: "open", shown: ["Enter"], keys: ["enter"], codes: [], group: "move" },
  { action: "search", shown: ["/"], keys: ["/", "、"], codes: ["Slash"], group: "move" },
  { action: "confirm", shown: ["C"], keys: ["c"], codes: ["KeyC"], group: "judge" },
  { action: "falseAlarm", shown: ["F"], keys: ["f"], codes: ["KeyF"], group: "judge" },
  {
    action: "reason",
    shown: ["1", "…", "6"],
    keys: ["1", "2", "3", "4", "5", "6"],
    codes: ["Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6"],
    group: "judge",
  },
  { action: "undo", shown: ["U"], keys: ["u"], codes: ["KeyU"], group: "judge" },
  { action: "assign", shown: ["A"], keys: ["a"], codes: ["KeyA"], group: "judge" },
  { action: "note", shown: ["N"], keys: ["n"], codes: ["KeyN"], group: "judge" },
  // On a work order the key that confirms an alert closes it; this line says so.
  { action: "confirm", shown: ["C"], keys: [], codes: [], group: "orders", help: "closeOrder" },
  { action: "sendBack", shown: ["R"], keys: ["r"], codes: ["KeyR"], group: "orders" },
  { action: "reopen", shown: ["O"], keys: ["o"], codes: ["KeyO"], group: "orders" },
  { action: "select", shown: ["X", "⇧X"], keys: ["x"], codes: ["KeyX"], group: "judge" },
  { action: "together", shown: ["V"], keys: ["v"], codes: ["KeyV"], group: "judge" },
  { action: "playPause", shown: ["Space"], keys: [" "], codes: ["Space"], group: "player" },
  {
    action: "frameBack",
    shown: ["←"],
    keys: ["arrowleft"],
    codes: ["ArrowLeft"],
    group: "player",
    repeats: true,
  },
  {
    action: "frameForward",
    shown: ["→"],
    keys: ["arrowright"],
    codes: ["ArrowRight"],
    group: "player",
    repeats: true,
  },
  { action: "boxes", shown: ["B"], keys: ["b"], codes: ["KeyB"], group: "player" },
  { action: "layout", shown: ["L"], keys: ["l"], codes: ["KeyL"], group: "wall" },
  { action: "pageBack", shown: ["["], keys: ["[", "【"], codes: ["BracketLeft"], group: "wall" },
  {
    action: "pageForward",
    shown: ["]"],
    keys: ["]", "】"],
    codes: ["BracketRight"],
    group: "wall",
  },
  // In the queue they pass over the alerts of one camera.
  { action: "pageBack", shown: ["["], keys: [], codes: [], group: "move", help: "cameraBack" },
  { action: "pageForward", shown: ["]"], keys: [], codes: [], group: "move", help: "cameraForward" },
  // On the recordings page the player's and the wall's keys seek and leap; these lines say so.
  { action: "frameBack", shown: ["←"], keys: [], codes: [], group: "recordings", help: "seekBack" },
  { action: "frameForward", shown: ["→"], keys: [], codes: [], group: "recordings", help: "seekForward" },
  { action: "pageBack", shown: ["["], keys: [], codes: [], group: "recordings", help: "stopBack" },
  { action: "pageForward", shown: ["]"], keys: [], codes: [], group: "recordings", help: "stopForward" },
  {
    action: "zoomIn",
    shown: ["+"],
    keys: ["+", "="],
    codes: ["Equal", "NumpadAdd"],
    group: "recordings",
    repeats: true,
  },
  {
    action: "zoomOut",
    shown: ["−"],
    keys: ["-"],
    codes: ["Minus", "NumpadSubtract"],
    group: "recordings",
    repeats: true,
  },
  { action: "help", shown: ["?"], keys: ["?", "？"], codes: [], group: "page" },
  { action: "close", shown: ["Esc"], keys: ["escape"], codes: [], group: "page" },
];

export interface KeyPress {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  /** The key is being held down. */
  repeat: boolean;
}

export interface Command {
  action: Action;
  /** 0-based for `reason`; 1 for `select` up to here, with Shift. */
  index: number;
}

/**
 * What a key press means, or null. Digits mean something only while reasons are on offer; a held key
 * means something only where going on is meant.
 */
export function resolveKey(press: KeyPress, mode: Mode): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null;
  const key = press.key.toLowerCase();
  // An input method swallows letters and reports "Process"; the physical key still tells.
  const byCode = key === "process" || key === "unidentified";
  if (byCode && press.shiftKey && press.code === "Slash") return { action: "help", index: 0 };
  for (const binding of BINDINGS) {
    const index = byCode ? binding.codes.indexOf(press.code) : binding.keys.indexOf(key);
    if (index < 0) continue;
    if (press.repeat && !binding.repeats) return null;
    if (binding.action === "reason") return mode === "reasons" ? { action: "reason", index } : null;
    const reaches = binding.action === "select" && press.shiftKey;
    return { action: binding.action, index: reaches ? 1 : 0 };
  }
  return null;
}

/** Kinds of <input> that no text is typed into. */
const NOT_TYPED = new Set(["radio", "checkbox", "range", "button", "submit", "reset", "file", "color"]);

/** Whether text is typed into the element. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  const field = target.closest("input, textarea, select, [role=combobox]");
  if (field instanceof HTMLInputElement) return !field.readOnly && !NOT_TYPED.has(field.type);
  return field !== null;
}

/** Whether the element under the cursor wants the key for itself. */
export function elementTakesKey(target: EventTarget | null, press: KeyPress): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (press.key === "Escape") return false;
  if (takesText(target) || target.closest("[role=dialog], [role=menu]")) return true;
  // Tabs and sliders move with the arrows, and boxes are ticked with Space.
  const control = target.closest("input");
  if (control) return press.key.startsWith("Arrow") || press.key === " " || press.key === "Enter";
  if (press.key === "Enter") return target.closest("button, a, summary") !== null;
  return press.key === " " && target.closest("button, summary, [role=switch]") !== null;
}
