import { useTranslation } from "react-i18next";

import type { InspectionDetail } from "../http/types";
import { useFormDrafts } from "./DraftsProvider";
import { queuedForm, type FormDraft } from "./formDraft";
import { RefusedDraft } from "./RefusedDraft";

interface Props {
  form: InspectionDetail | undefined;
  draft: FormDraft | undefined;
}

/** What was filled in at an inspection and cannot be signed. */
export function FormRefused({ form, draft }: Props) {
  const { t } = useTranslation();
  const { write, discard } = useFormDrafts();
  if (!draft) return null;
  const isOver = form !== undefined && !form.may_fill;
  if (!draft.refusal && !isOver) return null;
  return (
    <RefusedDraft
      kind="form"
      id={draft.formId}
      refusal={draft.refusal}
      over={t("forms.over")}
      again={
        form?.may_fill
          ? { text: t("forms.signAgain"), onAgain: () => void write(queuedForm(draft, form.version)) }
          : undefined
      }
      photographs={draft.photographs}
      onDiscard={() => void discard(draft.formId)}
    />
  );
}
