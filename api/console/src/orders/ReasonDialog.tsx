import { Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";

export type Reasoned = "return" | "reopen";

interface Props {
  step: Reasoned;
  onReason: (note: string) => void;
  onClose: () => void;
}

/** A step that needs words; Enter sends them, Shift+Enter is a new line. */
export function ReasonDialog({ step, onReason, onClose }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [note, setNote] = useState("");
  const given = note.trim();
  return (
    <Modal
      open
      title={t(`order.why.${step}`)}
      okText={term("order_step", step)}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => given && onReason(given)}
      okButtonProps={{ disabled: given === "", "data-testid": "reason-ok" }}
      width={440}
    >
      <Input.TextArea
        // eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog of one field
        autoFocus
        value={note}
        onChange={({ target }) => setNote(target.value)}
        onPressEnter={(event) => {
          if (event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (given) onReason(given);
        }}
        maxLength={1000}
        autoSize={{ minRows: 3, maxRows: 8 }}
        placeholder={t(`order.whyHint.${step}`)}
        aria-label={t(`order.why.${step}`)}
        data-testid="reason"
      />
    </Modal>
  );
}
