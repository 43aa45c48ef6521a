import { App, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { AlertSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { useCameraNames } from "../../schools/CameraPlace";
import { useChange } from "../../ui/useChange";
import { NoteField } from "./NoteField";
import styles from "./review.module.css";

interface Props {
  alert: AlertSummary;
  onClose: () => void;
}

/** Words to an alert beside any judgement; they stay in view until the server has them. */
export function NoteDialog({ alert, onClose }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const nameCamera = useCameraNames();
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const add = useChange((text: string) => api.noteAlert(alert.id, text), {
    invalidates: [keys.alert(alert.id)],
    onDone: () => {
      void message.success(t("note.saved"), 2);
      onClose();
    },
  });
  const save = () => {
    if (note.trim() !== "" && !add.isPending) add.mutate(note.trim());
  };
  return (
    <Modal
      open
      title={t("note.title")}
      okText={<>{t("note.save")} <kbd>{"Ctrl+Enter"}</kbd></>}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={save}
      okButtonProps={{
        disabled: note.trim() === "",
        loading: add.isPending,
        "data-testid": "note-ok",
      }}
      width={480}
    >
      <p className={styles.muted} data-testid="note-about">
        {term("rules", alert.rule)} · {nameCamera(alert)}
      </p>
      <NoteField
        value={note}
        onChange={setNote}
        onSave={save}
        label={t("note.text")}
        testId="note-text"
        focused
      />
      <p className={styles.muted}>{t("note.recorded")}</p>
    </Modal>
  );
}
