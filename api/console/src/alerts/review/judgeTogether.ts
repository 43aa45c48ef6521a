import { api } from "../../http/api";
import type { DecidedBefore } from "../../http/types";
import type { Verdict } from "./verdict";

/** Judged by one call, so that thousands hold up nobody else. */
const BATCH = 200;

export interface Together {
  judged: number;
  decidedBefore: DecidedBefore[];
}

/** Judges batch by batch; `onProgress` hears what is done, also where a later batch fails. */
export async function judgeTogether(
  ids: readonly string[],
  verdict: Verdict,
  note: string,
  onProgress: (done: Together) => void,
): Promise<void> {
  let done: Together = { judged: 0, decidedBefore: [] };
  for (let at = 0; at < ids.length; at += BATCH) {
    const answer = await api.judgeTogether(ids.slice(at, at + BATCH), verdict, note);
    done = {
      judged: done.judged + answer.judged.length,
      decidedBefore: [...done.decidedBefore, ...answer.decided_before],
    };
    onProgress(done);
  }
}
