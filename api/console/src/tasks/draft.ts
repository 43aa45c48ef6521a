/* What a school's person has begun to hand in, as it is kept on this phone until the command centre
   has it. */
import { newKey } from "../http/newKey";
import type { OrderSummary, RiskLevel, Step } from "../http/types";
import { schoolName } from "../schools/schoolName";

export interface DraftPhotograph {
  /** Also the name of its upload: sent again it is the same photograph. */
  id: string;
  jpeg: ArrayBuffer;
  isSent: boolean;
}

/** What an order was about, in words: enough to know it again without the command centre. */
export interface About {
  school: string;
  /** A rule of the vocabulary; empty for what was found or said. */
  rule: string;
  text: string;
  where: string;
  /** When it was seen, or said. */
  at: string;
  risk: RiskLevel;
  dueAt: string;
}

/** Why it was not taken, as the command centre put it. */
export interface Refusal {
  code: string;
  params: Readonly<Record<string, string>>;
}

export interface Draft {
  username: string;
  orderId: number;
  about: About;
  /** The order as its writer saw it: a decision on another one is refused. */
  version: number;
  note: string;
  photographs: readonly DraftPhotograph[];
  /** Name of the submission once it was asked for; null while it is written. */
  submission: string | null;
  refusal: Refusal | null;
}

/** `waiting` is for the network or for another sign-in, `refused` for its writer. */
export type DraftState = "writing" | "waiting" | "sending" | "refused";

export const MAX_NOTE = 1000;
/** The command centre takes as many a round. */
export const MAX_PHOTOGRAPHS = 30;

export function maySubmit(steps: readonly Step[]): boolean {
  return steps.includes("submit");
}

export function aboutOf(order: OrderSummary): About {
  return {
    school: schoolName(order.school),
    rule: order.alert?.rule ?? "",
    text: order.text,
    where: [order.alert?.camera_name, order.alert?.camera_location].filter(Boolean).join(" · "),
    at: order.alert?.raised_at ?? order.created_at,
    risk: order.risk,
    dueAt: order.due_at,
  };
}

export function newDraft(username: string, order: OrderSummary): Draft {
  return {
    username,
    orderId: order.id,
    about: aboutOf(order),
    version: order.version,
    note: "",
    photographs: [],
    submission: null,
    refusal: null,
  };
}

export function stateOf(draft: Pick<Draft, "submission" | "refusal">, isSending: boolean): DraftState {
  if (draft.refusal) return "refused";
  if (draft.submission === null) return "writing";
  return isSending ? "sending" : "waiting";
}

export function isEmpty(draft: Draft): boolean {
  return draft.note.trim() === "" && draft.photographs.length === 0;
}

export function isComplete(draft: Draft): boolean {
  return draft.note.trim() !== "" && draft.photographs.length > 0;
}

/** Changed by its writer: what was asked for before is asked for no more. */
export function rewritten(draft: Draft, change: Partial<Pick<Draft, "note" | "photographs">>): Draft {
  return { ...draft, ...change, submission: null, refusal: null };
}

/** Asked to be handed in, on the order as it is shown now. */
export function queued(draft: Draft, version: number): Draft {
  return { ...draft, version, submission: newKey(), refusal: null };
}
