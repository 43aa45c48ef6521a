/* Two who wrote at once: whoever saves second hears of the first. */
import type { Problem } from "../http/problem";

/** Who was faster. */
export interface Lost {
  version: number;
  /** Empty: the box itself reported its file. */
  by: string;
  at: string;
}

/** Null where nobody was: then the problem's own words say what is wrong. */
export function lostTo(problem: Problem): Lost | null {
  const { version, by, at } = problem.params;
  if (problem.code !== "configuration_changed" || !version || !at) return null;
  return { version: Number(version), by: by ?? "", at };
}
