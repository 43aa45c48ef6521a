import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { toProblem } from "../../http/problem";
import type { OriginalGrant, OriginalReason } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { useSession } from "../../session/useSession";
import styles from "./detail.module.css";

const REASONS: readonly OriginalReason[] = [
  "adjudication",
  "police_request",
  "school_request",
  "other",
];

interface Props {
  alertId: string;
  open: boolean;
  onClose: () => void;
  onGranted: (grant: OriginalGrant) => void;
}

/** Asks why, and says beforehand that the answer is recorded with the name. */
export function OriginalDialog({ alertId, open, onClose, onGranted }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const client = useQueryClient();
  const me = useSession().data?.username ?? "";
  const [reason, setReason] = useState<OriginalReason | null>(null);
  const request = useMutation({
    mutationFn: (why: OriginalReason) => api.original(alertId, why),
    onSuccess: (grant) => {
      setReason(null);
      onGranted(grant);
      void client.invalidateQueries({ queryKey: keys.alert(alertId) });
    },
  });
  const problem = request.error ? toProblem(request.error, undefined) : null;
  return (
    <Modal
      open={open}
      title={t("original.title")}
      okText={t("original.view")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => reason && request.mutate(reason)}
      okButtonProps={{
        disabled: reason === null,
        loading: request.isPending,
        "data-testid": "original-ok",
      }}
      width={440}
      destroyOnHidden
    >
      <p className={styles.recorded} data-testid="original-notice">
        {t("original.recorded", { name: me })}
      </p>
      <Radio.Group
        className={styles.reasons ?? ""}
        value={reason}
        onChange={(event) => setReason(event.target.value as OriginalReason)}
        aria-label={t("original.reason")}
        options={REASONS.map((id) => ({
          value: id,
          label: <span data-testid={`original-reason-${id}`}>{term("original_reason", id)}</span>,
        }))}
      />
      {problem && (
        <Alert
          type="error"
          showIcon
          title={
            problem.code === "no_original"
              ? t("original.missing")
              : problem.unreachable
                ? t("error.unreachable")
                : t("original.failed", { code: problem.code })
          }
        />
      )}
    </Modal>
  );
}
