/* Hands a draft in: its photographs one after the other, then the submission. Each has a name of its
   own, so that one whose answer was lost is asked again and done once. */
import { toProblem, type Problem } from "../http/problem";
import type { Draft, DraftPhotograph } from "./draft";
import type { Kept } from "./useKeptDrafts";

export interface Centre {
  addPhotograph: (orderId: number, jpeg: ArrayBuffer, key: string) => Promise<unknown>;
  submitOrder: (
    order: { order_id: number; version: number },
    note: string,
    key: string,
  ) => Promise<unknown>;
}

export type Outcome<D> =
  | { kind: "submitted" }
  /** Tried again by itself. */
  | { kind: "waiting"; draft: D; why: "network" | "signIn" | "busy" }
  /** The command centre said no; its writer decides. */
  | { kind: "refused"; draft: D };

interface WithPhotographs<P> {
  photographs: readonly P[];
}

/** Sends the photographs that have not arrived; each is noted, so that a closed page goes on with the
    next one. */
export async function sendPhotographs<D extends WithPhotographs<DraftPhotograph>>(
  draft: D,
  send: (photograph: D["photographs"][number]) => Promise<unknown>,
  keep: (draft: D) => Promise<void>,
): Promise<D> {
  let sent = draft;
  for (const photograph of draft.photographs.filter((each) => !each.isSent)) {
    await send(photograph);
    const photographs = sent.photographs.map((each) =>
      each.id === photograph.id ? { ...each, isSent: true } : each,
    );
    sent = { ...sent, photographs };
    await keep(sent);
  }
  return sent;
}

/** What became of a draft that could not be handed in. */
export function failed<D extends Kept>(draft: D, error: unknown): Outcome<D> {
  const problem = toProblem(error, undefined);
  const why = waitsFor(problem);
  if (why) return { kind: "waiting", draft, why };
  const refusal = { code: problem.code, params: problem.params };
  return { kind: "refused", draft: { ...draft, refusal } };
}

const LATER_STATUSES = new Set([408, 429]);

function waitsFor(problem: Problem): "network" | "signIn" | "busy" | null {
  if (problem.unreachable) return "network";
  if (problem.status === 401 || problem.code === "csrf" || problem.code === "password_must_change") {
    return "signIn";
  }
  return problem.status >= 500 || LATER_STATUSES.has(problem.status) ? "busy" : null;
}

/**
 * @param keep Called with the draft after each photograph that arrived, so that a closed page goes on
 *   with the next one.
 */
export async function sendDraft(
  queuedDraft: Draft,
  centre: Centre,
  keep: (draft: Draft) => Promise<void>,
): Promise<Outcome<Draft>> {
  let draft = queuedDraft;
  const { submission } = draft;
  if (submission === null) throw new Error("a draft that nobody asked to hand in");
  try {
    draft = await sendPhotographs(
      draft,
      ({ jpeg, id }) => centre.addPhotograph(queuedDraft.orderId, jpeg, id),
      async (kept) => {
        draft = kept;
        await keep(kept);
      },
    );
    await centre.submitOrder(
      { order_id: draft.orderId, version: draft.version },
      draft.note.trim(),
      submission,
    );
    return { kind: "submitted" };
  } catch (error) {
    return failed(draft, error);
  }
}
