/* What is being written of a box's configuration, and what is said of it. */
import type { ConfigurationProblem } from "../../http/types";

/** Characters that a version has at most; what the server takes. */
export const MOST_CHARACTERS = 512 * 1024;

/** A text that is no version yet. */
export interface Draft {
  text: string;
  reason: string;
  /** The newest version when it was begun, or compared anew. */
  seen: number;
  /** What the box said of the version that it was begun from; true while the text is that version's. */
  told: { text: string; problems: readonly ConfigurationProblem[] } | null;
}

/** What is wrong with a draft: what the server found, and what the box said of just this text. */
export function problemsOf(
  draft: Draft,
  found: readonly ConfigurationProblem[],
): readonly ConfigurationProblem[] {
  return draft.told?.text === draft.text ? [...found, ...draft.told.problems] : found;
}

export function linesOf(text: string): number {
  return text.split("\n").length;
}

/** From where to where a line goes in a text, as a selection. */
export function rangeOf(text: string, line: number): [number, number] {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return [start, start + (lines[line - 1]?.length ?? 0)];
}
