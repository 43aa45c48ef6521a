/** In a page's history: who came from the queue goes on to its next alert after a verdict. */
export const FROM_QUEUE = { fromQueue: true };

export function cameFromQueue(state: unknown): boolean {
  return typeof state === "object" && state !== null && "fromQueue" in state;
}
