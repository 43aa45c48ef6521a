import { EditOutlined, SendOutlined } from "@ant-design/icons";
import { Button, Input, type InputRef } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { stateOf } from "./draft";
import { FormMark } from "./DraftMark";
import { useFormDrafts } from "./DraftsProvider";
import { isComplete, openItems, queuedForm, rewrittenForm, type FormDraft } from "./formDraft";
import { FormItemCard } from "./FormItemCard";
import styles from "./tasks.module.css";

const MAX_NAME = 64;

/** Item by item, and one button that stays in reach: the next open item, the name, the signature. */
export function FormEditor({ draft, version }: { draft: FormDraft; version: number }) {
  const { t } = useTranslation();
  const { write, sending } = useFormDrafts();
  const name = useRef<InputRef>(null);
  const state = stateOf(draft, sending === draft.formId);
  const isWriting = state === "writing" || state === "refused";
  const change = (changed: FormDraft) => write({ ...changed, version });
  const open = openItems(draft);
  const total = draft.form.items.length;
  const toItem = (id: number) => {
    const card = document.getElementById(`item-${id}`);
    card?.scrollIntoView({ block: "start" });
    card?.focus({ preventScroll: true });
  };
  const [next] = open;

  return (
    <section className={styles.editor} data-testid="form-editor" data-state={state}>
      <ol className={styles.items}>
        {draft.form.items.map((item, number) => (
          <FormItemCard
            key={item.id}
            item={item}
            number={number + 1}
            draft={draft}
            isWriting={isWriting}
            change={change}
          />
        ))}
      </ol>
      <label className={styles.label} htmlFor="form-signer">
        {t("forms.signer")}
      </label>
      <Input
        id="form-signer"
        ref={name}
        size="large"
        maxLength={MAX_NAME}
        disabled={!isWriting}
        value={draft.signer}
        autoComplete="name"
        placeholder={t("forms.signerHint")}
        onChange={(event) => void change(rewrittenForm(draft, { signer: event.target.value }))}
        data-testid="form-signer"
      />
      <p className={`${styles.muted} ${styles.logged}`}>{t("forms.frozen")}</p>
      <footer className={styles.sticky}>
        <span className={styles.progress}>
          <span data-testid="form-progress">
            {t("forms.progress", { done: total - open.length, total })}
          </span>
          <FormMark formId={draft.formId} draft={draft} />
        </span>
        <div className={styles.actions}>
          {!isWriting ? (
            <Button
              block
              size="large"
              icon={<EditOutlined />}
              disabled={state === "sending"}
              onClick={() => void write(rewrittenForm(draft, {}))}
              data-testid="form-edit"
            >
              {t("tasks.edit")}
            </Button>
          ) : next !== undefined ? (
            <Button
              block
              type="primary"
              size="large"
              onClick={() => toItem(next)}
              data-testid="form-next"
            >
              {t("forms.next", { count: open.length })}
            </Button>
          ) : (
            <Button
              block
              type="primary"
              size="large"
              icon={<SendOutlined />}
              onClick={() =>
                isComplete(draft) ? void write(queuedForm(draft, version)) : name.current?.focus()
              }
              data-testid="form-sign"
            >
              {t(isComplete(draft) ? "forms.sign" : "forms.nameNeeded")}
            </Button>
          )}
        </div>
      </footer>
    </section>
  );
}
