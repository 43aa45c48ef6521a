import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useChange } from "../ui/useChange";
import styles from "./order.module.css";

/** Words to an order, in any state. */
export function Comment({ orderId }: { orderId: number }) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const add = useChange((text: string) => api.commentOrder(orderId, text), {
    invalidates: [keys.order(orderId)],
    onDone: () => setNote(""),
  });
  return (
    <div className={styles.comment}>
      <Input.TextArea
        value={note}
        onChange={({ target }) => setNote(target.value)}
        placeholder={t("order.comment")}
        aria-label={t("order.comment")}
        maxLength={1000}
        autoSize={{ minRows: 1, maxRows: 6 }}
        data-testid="comment"
      />
      <Button
        size="small"
        disabled={note.trim() === ""}
        loading={add.isPending}
        onClick={() => add.mutate(note.trim())}
        data-testid="comment-send"
      >
        {t("order.send")}
      </Button>
    </div>
  );
}
