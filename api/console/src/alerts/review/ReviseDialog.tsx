import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { applyVerdict } from "../../alert/applyAlert";
import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { toProblem } from "../../http/problem";
import type { AlertSummary, FalsePositiveReason } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { StatusMark } from "../../alert/StatusMark";
import { Moment } from "../../time/TimeText";
import { useDecidedBefore, useDecision } from "./decidedBefore";
import { NoteField } from "./NoteField";
import styles from "./review.module.css";
import { FALSE_POSITIVE_REASONS, type Verdict } from "./verdict";

interface Props {
  /** As it was when its judgement was called in question. */
  before: AlertSummary;
  /** As it is now. */
  alert: AlertSummary;
  onClose: () => void;
}

/** Judges otherwise what was judged: asks why, and says that both judgements stay on record. */
export function ReviseDialog({ before, alert, onClose }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const client = useQueryClient();
  const decidedBefore = useDecidedBefore();
  const decision = useDecision();
  const [reason, setReason] = useState<FalsePositiveReason | null>(null);
  const [note, setNote] = useState("");
  const toFalse = before.status === "confirmed";
  const request = useMutation({
    mutationFn: (verdict: Verdict) => api.revise(before, verdict, note.trim()),
    onSuccess: (answer) => {
      applyVerdict(client, alert, answer);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.alerts }),
  });
  const isDecidedAnew = alert.version !== before.version;
  const problem = request.error ? toProblem(request.error, undefined) : null;
  const verdict: Verdict | null = !toFalse
    ? { status: "confirmed" }
    : reason && { status: "false_positive", reason };
  return (
    <Modal
      open
      title={t(toFalse ? "revise.toFalse" : "revise.toConfirmed")}
      okText={t("revise.save")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => verdict && request.mutate(verdict)}
      okButtonProps={{
        disabled: verdict === null || note.trim() === "" || isDecidedAnew,
        loading: request.isPending,
        "data-testid": "revise-ok",
      }}
      width={480}
    >
      <p className={styles.judgedBy} data-testid="revise-now">
        <StatusMark status={before.status} />
        {before.reason && <span>{term("false_positive_reason", before.reason)}</span>}
        <span className={styles.muted}>
          {before.reviewed_by} {before.reviewed_at && <Moment moment={before.reviewed_at} />}
        </span>
      </p>
      {before.note && <p className={styles.muted}>{before.note}</p>}
      {toFalse && (
        <Radio.Group
          className={styles.choices ?? ""}
          value={reason}
          onChange={(event) => setReason(event.target.value as FalsePositiveReason)}
          aria-label={t("review.whyFalse")}
          options={FALSE_POSITIVE_REASONS.map((id) => ({
            value: id,
            label: <span data-testid={`revise-reason-${id}`}>{term("false_positive_reason", id)}</span>,
          }))}
        />
      )}
      <NoteField value={note} onChange={setNote} label={t("revise.why")} testId="revise-note" />
      <p className={styles.muted}>{t("revise.recorded")}</p>
      {isDecidedAnew && (
        <Alert type="warning" showIcon data-testid="revise-decided" title={decision(alert)} />
      )}
      {problem && !isDecidedAnew && (
        <Alert
          type="error"
          showIcon
          data-testid="revise-refused"
          title={
            decidedBefore(problem) ??
            (problem.unreachable
              ? t(problem.timedOut ? "review.notAnswered" : "review.notSaved")
              : t("review.refused", { code: problem.code }))
          }
        />
      )}
    </Modal>
  );
}
