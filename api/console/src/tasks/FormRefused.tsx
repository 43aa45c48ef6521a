import { Alert, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import type { InspectionDetail } from "../http/types";
import { useFormDrafts } from "./DraftsProvider";
import { queuedForm, type FormDraft } from "./formDraft";
import { saveToPhone, useWhy } from "./refusal";
import styles from "./tasks.module.css";

interface Props {
  form: InspectionDetail | undefined;
  draft: FormDraft | undefined;
}

/** Why what was filled in cannot be signed, and every way out: nothing of it is lost silently. */
export function FormRefused({ form, draft }: Props) {
  const { t } = useTranslation();
  const why = useWhy();
  const { write, discard } = useFormDrafts();
  if (!draft) return null;
  const isOver = form !== undefined && !form.may_fill;
  if (!draft.refusal && !isOver) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("tasks.refused")}
      data-testid="form-refused"
      data-code={draft.refusal?.code}
      description={
        <>
          <p>{draft.refusal ? why(draft.refusal) : t("forms.over")}</p>
          <div className={styles.ways}>
            {form?.may_fill && (
              <Button
                type="primary"
                size="large"
                onClick={() => void write(queuedForm(draft, form.version))}
                data-testid="sign-again"
              >
                {t("forms.signAgain")}
              </Button>
            )}
            {draft.photographs.map((photograph, number) => (
              <Button
                key={photograph.id}
                size="large"
                onClick={() => saveToPhone(photograph.jpeg, `${draft.formId}-${number + 1}.jpg`)}
              >
                {t("tasks.savePhotograph", { number: number + 1 })}
              </Button>
            ))}
            <Popconfirm
              title={t("tasks.discardAsk")}
              okText={t("tasks.discard")}
              cancelText={t("action.cancel")}
              onConfirm={() => void discard(draft.formId)}
            >
              <Button size="large" danger data-testid="discard-form">
                {t("tasks.discard")}
              </Button>
            </Popconfirm>
          </div>
        </>
      }
    />
  );
}
