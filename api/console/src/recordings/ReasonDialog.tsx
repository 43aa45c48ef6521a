import { Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { ViewingReason } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { useSession } from "../session/useSession";
import styles from "./recordings.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  onReason: (reason: ViewingReason) => void;
}

/** Asks why once, and says beforehand that the answer is recorded with the name. */
export function ReasonDialog({ open, onClose, onReason }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const me = useSession().data?.username ?? "";
  const [reason, setReason] = useState<ViewingReason | null>(null);
  return (
    <Modal
      open={open}
      title={t("recordings.why.title")}
      okText={t("recordings.why.ok")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => reason && onReason(reason)}
      okButtonProps={{ disabled: reason === null, "data-testid": "viewing-ok" }}
      width={440}
      destroyOnHidden
    >
      <p className={styles.recorded}>{t("recordings.why.recorded", { name: me })}</p>
      <Radio.Group
        className={styles.reasons ?? ""}
        value={reason}
        onChange={(event) => setReason(event.target.value as ViewingReason)}
        aria-label={t("recordings.why.reason")}
        options={termIds("viewing_reason").map((id) => ({
          value: id,
          label: <span data-testid={`viewing-reason-${id}`}>{term("viewing_reason", id)}</span>,
        }))}
      />
    </Modal>
  );
}
