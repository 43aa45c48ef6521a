/* A form of an inspection as its writer fills it in, kept on this phone until the command centre has it. */
import type { Answer, HazardGrade, InspectionDetail, InspectionItem, InspectionResult } from "../http/types";
import { newKey } from "../http/newKey";
import type { DraftPhotograph, Refusal } from "./draft";

export interface FormPhotograph extends DraftPhotograph {
  itemId: number;
}

export interface FormAnswer {
  result: InspectionResult | null;
  note: string;
  /** Null of no hazard. */
  grade: HazardGrade | null;
  /** ISO day; null of what is put right at once. */
  rectifyBy: string | null;
}

/** All that is needed to fill it in without the command centre. */
export type FormFacts = Pick<
  InspectionDetail,
  "school" | "visitor" | "kind" | "subject" | "name" | "first_day" | "last_day" | "due_at" | "window_s"
> & {
  items: readonly Pick<InspectionItem, "id" | "rank" | "demand" | "source" | "facts">[];
};

export interface FormDraft {
  username: string;
  formId: number;
  form: FormFacts;
  /** As its writer saw it: a signature under another one is refused. */
  version: number;
  /** By the number of the item. */
  answers: Readonly<Record<number, FormAnswer>>;
  photographs: readonly FormPhotograph[];
  signer: string;
  submission: string | null;
  refusal: Refusal | null;
}

/** The command centre takes as many of an item. */
export const MAX_FORM_PHOTOGRAPHS = 10;
export const RESULTS: readonly InspectionResult[] = ["met", "mostly_met", "not_met", "not_applicable"];
const NOTHING: FormAnswer = { result: null, note: "", grade: null, rectifyBy: null };

function factsOf(form: InspectionDetail): FormFacts {
  const { school, visitor, kind, subject, name, first_day, last_day, due_at, window_s } = form;
  const items = form.items.map(({ id, rank, demand, source, facts }) => ({ id, rank, demand, source, facts }));
  return { school, visitor, kind, subject, name, first_day, last_day, due_at, window_s, items };
}

export function newFormDraft(username: string, form: InspectionDetail): FormDraft {
  const answered = form.items.map(({ id, result, note, hazard }): [number, FormAnswer] => [
    id,
    { result, note, grade: hazard?.grade ?? null, rectifyBy: hazard?.rectify_by ?? null },
  ]);
  return {
    username,
    formId: form.id,
    form: factsOf(form),
    version: form.version,
    answers: Object.fromEntries(answered.filter(([, { result }]) => result !== null)),
    photographs: [],
    signer: "",
    submission: null,
    refusal: null,
  };
}

export function answerOf(draft: FormDraft, itemId: number): FormAnswer {
  return draft.answers[itemId] ?? NOTHING;
}

/** What an item still needs, as its writer is told; null when it has everything. */
export function missingOf(answer: FormAnswer): "result" | "note" | null {
  if (answer.result === null) return "result";
  return answer.grade !== null && answer.note.trim() === "" ? "note" : null;
}

/** Items that still need something, in the form's order. */
export function openItems(draft: FormDraft): number[] {
  return draft.form.items.map(({ id }) => id).filter((id) => missingOf(answerOf(draft, id)) !== null);
}

/** What is not met is a hazard; what is met, or does not apply, is none. */
export function withResult(answer: FormAnswer, result: InspectionResult): FormAnswer {
  if (result === "not_met") return { ...answer, result, grade: answer.grade ?? "general" };
  const keeps = result === "mostly_met" && answer.result === "mostly_met";
  return { ...answer, result, grade: keeps ? answer.grade : null, rectifyBy: keeps ? answer.rectifyBy : null };
}

export function isComplete(draft: FormDraft): boolean {
  return openItems(draft).length === 0 && draft.signer.trim() !== "";
}

type Written = Partial<Pick<FormDraft, "photographs" | "signer">>;

/** Changed by its writer: what was asked for before is asked for no more. */
export function rewrittenForm(draft: FormDraft, change: Written): FormDraft {
  return { ...draft, ...change, submission: null, refusal: null };
}

export function withAnswer(draft: FormDraft, itemId: number, answer: FormAnswer): FormDraft {
  return rewrittenForm({ ...draft, answers: { ...draft.answers, [itemId]: answer } }, {});
}

/** Asked to be handed in and signed, on the form as it is shown now. */
export function queuedForm(draft: FormDraft, version: number): FormDraft {
  return { ...draft, version, submission: newKey(), refusal: null };
}

/** As the command centre takes them. */
export function answersOf(draft: FormDraft): Answer[] {
  return draft.form.items.flatMap(({ id }) => {
    const { result, note, grade, rectifyBy } = answerOf(draft, id);
    if (result === null) return [];
    const hazard = grade === null ? null : { grade, rectify_by: rectifyBy };
    return [{ item_id: id, result, note: note.trim(), hazard }];
  });
}
