/* Hands a form in: its photographs one after the other, its answers, then the signature. Each of them is
   done once, however often its answer is lost: what stands there already is no change. */
import type { Answer } from "../http/types";
import { answersOf, type FormDraft } from "./formDraft";
import { failed, sendPhotographs, type Outcome } from "./sendDraft";

export interface FormCentre {
  addFormPhotograph: (formId: number, itemId: number, jpeg: ArrayBuffer) => Promise<unknown>;
  answerForm: (
    form: { id: number; version: number },
    answers: Answer[],
  ) => Promise<{ id: number; version: number }>;
  signForm: (form: { id: number; version: number }, signer: string) => Promise<unknown>;
}

/** @param keep Called with the draft after each photograph that arrived. */
export async function sendForm(
  queued: FormDraft,
  centre: FormCentre,
  keep: (draft: FormDraft) => Promise<void>,
): Promise<Outcome<FormDraft>> {
  let draft = queued;
  try {
    draft = await sendPhotographs(
      draft,
      ({ itemId, jpeg }) => centre.addFormPhotograph(queued.formId, itemId, jpeg),
      async (kept) => {
        draft = kept;
        await keep(kept);
      },
    );
    const { id, version } = await centre.answerForm(
      { id: draft.formId, version: draft.version },
      answersOf(draft),
    );
    await centre.signForm({ id, version }, draft.signer.trim());
    return { kind: "submitted" };
  } catch (error) {
    return failed(draft, error);
  }
}
