/* What is being drawn, and the way back. */

const MOST_STEPS = 200;

export interface History<State> {
  state: State;
  /** What was there before each step, the last one last. */
  past: readonly State[];
  future: readonly State[];
  /** The step that goes on: what belongs to it is taken back together. */
  step: string | null;
}

export interface Way {
  kind: "undo" | "redo";
}

export function begin<State>(state: State): History<State> {
  return { state, past: [], future: [], step: null };
}

/** One step on; one of the same name goes on with the last. */
export function after<State>(now: History<State>, state: State, step: string | null): History<State> {
  if (step !== null && step === now.step) return { ...now, state };
  return { state, past: [...now.past, now.state].slice(-MOST_STEPS), future: [], step };
}

export function along<State>(now: History<State>, { kind }: Way): History<State> {
  if (kind === "undo") {
    const before = now.past.at(-1);
    if (before === undefined) return now;
    return { state: before, past: now.past.slice(0, -1), future: [now.state, ...now.future], step: null };
  }
  const [next, ...future] = now.future;
  if (next === undefined) return now;
  return { state: next, past: [...now.past, now.state], future, step: null };
}

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export function undoOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): Way | null {
  if (altKey || !(ctrlKey || metaKey)) return null;
  if (key.toLowerCase() === "z") return { kind: shiftKey ? "redo" : "undo" };
  return key.toLowerCase() === "y" ? { kind: "redo" } : null;
}
