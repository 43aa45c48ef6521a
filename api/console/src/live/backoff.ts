/** Seconds to wait before the n-th new attempt (from 0): 1, 2, 4 … 30, each a little different so
 * that many consoles do not all return at the same moment. */
export function backoffS(attempt: number, random: () => number = Math.random): number {
  return Math.min(30, 2 ** attempt) * (0.8 + 0.4 * random());
}
