import { api } from "../../http/api";
import type { DecidedBefore } from "../../http/types";
import type { Verdict } from "./verdict";

/** Judged by one call, so that thousands hold up nobody else. */
export const BATCH = 200;

export interface Together {
  judged: readonly string[];
  decidedBefore: readonly DecidedBefore[];
  /** Which were digests, that are opened by themselves. */
  digests: readonly string[];
}

export const NOTHING: Together = { judged: [], decidedBefore: [], digests: [] };

/** Of how many it is known what became of them. */
export function settled(done: Together): number {
  return done.judged.length + done.decidedBefore.length + done.digests.length;
}

/**
 * Judges batch by batch; `onProgress` hears what is done, also where a later batch fails. Called
 * again with what was done, it goes on with the rest.
 */
export async function judgeTogether(
  ids: readonly string[],
  verdict: Verdict,
  note: string,
  before: Together,
  onProgress: (done: Together) => void,
): Promise<void> {
  const known = new Set([
    ...before.judged,
    ...before.decidedBefore.map((each) => each.id),
    ...before.digests,
  ]);
  const rest = ids.filter((id) => !known.has(id));
  let done = before;
  for (let at = 0; at < rest.length; at += BATCH) {
    const answer = await api.judgeTogether(rest.slice(at, at + BATCH), verdict, note);
    done = {
      judged: [...done.judged, ...answer.judged],
      decidedBefore: [...done.decidedBefore, ...answer.decided_before],
      digests: [...done.digests, ...answer.digests],
    };
    onProgress(done);
  }
}
