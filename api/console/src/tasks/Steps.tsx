import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OrderDetail } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useChange } from "../ui/useChange";
import { MAX_NOTE } from "./draft";
import styles from "./tasks.module.css";

/** Answering and beginning, for who cannot hand in at once. */
export function Steps({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  const [answering, setAnswering] = useState(false);
  const [note, setNote] = useState("");
  const seen = { order_id: order.id, version: order.version };
  const invalidates = [keys.orders];
  const feedback = useChange((words: string) => api.feedbackOrder(seen, words), {
    invalidates,
    onDone: () => setAnswering(false),
  });
  const begin = useChange(() => api.beginOrder(seen), { invalidates });
  const may = (step: "feedback" | "begin") => order.steps.includes(step);
  if (!may("feedback") && !may("begin")) return null;
  return (
    <div className={styles.steps}>
      {may("feedback") && (
        <Button size="large" onClick={() => setAnswering(true)} data-testid="task-feedback">
          {term("order_step", "feedback")}
        </Button>
      )}
      {may("begin") && (
        <Button
          size="large"
          loading={begin.isPending}
          onClick={() => begin.mutate(undefined)}
          data-testid="task-begin"
        >
          {term("order_step", "begin")}
        </Button>
      )}
      <Modal
        open={answering}
        title={t("tasks.feedbackTitle")}
        okText={term("order_step", "feedback")}
        cancelText={t("action.cancel")}
        okButtonProps={{ disabled: note.trim() === "", loading: feedback.isPending, size: "large" }}
        cancelButtonProps={{ size: "large" }}
        onOk={() => feedback.mutate(note.trim())}
        onCancel={() => setAnswering(false)}
        destroyOnHidden
      >
        <Input.TextArea
          rows={4}
          maxLength={MAX_NOTE}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          aria-label={t("tasks.feedbackTitle")}
          placeholder={t("tasks.feedbackHint")}
          data-testid="feedback-note"
        />
      </Modal>
    </div>
  );
}
