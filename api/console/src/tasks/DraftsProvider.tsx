/* Drafts of this phone, of work orders and of inspections, for every page. */
import { createContext, useContext, type ReactNode } from "react";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { Draft } from "./draft";
import type { FormDraft } from "./formDraft";
import { sendDraft } from "./sendDraft";
import { sendForm } from "./sendForm";
import { draftsOf, forgetDraft, forgetForm, formsOf, keepDraft, keepForm } from "./store";
import { useKeptDrafts, type DraftKind, type Drafts } from "./useKeptDrafts";

const ORDERS: DraftKind<Draft> = {
  channel: "mingan-drafts",
  idOf: (draft) => draft.orderId,
  all: draftsOf,
  keep: keepDraft,
  forget: forgetDraft,
  send: (draft, keep) => sendDraft(draft, api, keep),
  invalidates: keys.orders,
};
const FORMS: DraftKind<FormDraft> = {
  channel: "mingan-form-drafts",
  idOf: (draft) => draft.formId,
  all: formsOf,
  keep: keepForm,
  forget: forgetForm,
  send: (draft, keep) => sendForm(draft, api, keep),
  invalidates: keys.inspections,
};

const DraftsContext = createContext<Drafts<Draft> | null>(null);
const FormDraftsContext = createContext<Drafts<FormDraft> | null>(null);

export function useDrafts(): Drafts<Draft> {
  const drafts = useContext(DraftsContext);
  if (!drafts) throw new Error("useDrafts needs a DraftsProvider");
  return drafts;
}

export function useFormDrafts(): Drafts<FormDraft> {
  const drafts = useContext(FormDraftsContext);
  if (!drafts) throw new Error("useFormDrafts needs a DraftsProvider");
  return drafts;
}

interface Props {
  username: string;
  /** Without the network drafts are written and kept, and wait. */
  mayReach: boolean;
  children: ReactNode;
}

export function DraftsProvider({ username, mayReach, children }: Props) {
  const orders = useKeptDrafts(ORDERS, username, mayReach);
  const forms = useKeptDrafts(FORMS, username, mayReach);
  return (
    <DraftsContext value={orders}>
      <FormDraftsContext value={forms}>{children}</FormDraftsContext>
    </DraftsContext>
  );
}
