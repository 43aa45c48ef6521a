import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Modal, Progress, Radio } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { keys } from "../../http/keys";
import { toProblem } from "../../http/problem";
import type { AlertSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import styles from "./bulk.module.css";
import { judgeTogether, NOTHING, settled, type Together } from "./judgeTogether";
import { NoteField } from "./NoteField";
import { SeenPicture } from "./SeenPicture";
import { FALSE_POSITIVE_REASONS, type Verdict } from "./verdict";

interface Props {
  /** As they were chosen; what is judged meanwhile stays in view. */
  alerts: readonly AlertSummary[];
  onClose: () => void;
}

const VERDICTS: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ...FALSE_POSITIVE_REASONS.map((reason): [string, Verdict] => [
    reason,
    { status: "false_positive", reason },
  ]),
  ["confirmed", { status: "confirmed" }],
]);

/** One judgement with one reason on many alerts, of which only those are judged that were seen. */
export function BulkDialog({ alerts, onClose }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const client = useQueryClient();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [done, setDone] = useState(NOTHING);
  const onSeen = useCallback((id: string) => setSeen((known) => new Set(known).add(id)), []);
  const request = useMutation({
    mutationFn: (verdict: Verdict) => judgeTogether([...seen], verdict, note.trim(), done, setDone),
    onSettled: () => client.invalidateQueries({ queryKey: keys.alerts }),
  });
  const verdict = chosen === null ? undefined : VERDICTS.get(chosen);
  const mayJudge = verdict !== undefined && note.trim() !== "" && seen.size > 0;
  const problem = request.error ? toProblem(request.error, undefined) : null;
  return (
    <Modal
      open
      title={t("bulk.title", { count: alerts.length })}
      okText={request.isSuccess ? t("bulk.close") : t("bulk.judge", { count: seen.size })}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      // What goes on out of sight would look as if it had stopped.
      closable={!request.isPending}
      keyboard={!request.isPending}
      mask={{ closable: !request.isPending }}
      cancelButtonProps={{ disabled: request.isPending }}
      onOk={() => (request.isSuccess ? onClose() : verdict && request.mutate(verdict))}
      okButtonProps={{
        disabled: !request.isSuccess && !mayJudge,
        loading: request.isPending,
        "data-testid": "bulk-ok",
      }}
      width={880}
    >
      <p data-testid="bulk-seen">{t("bulk.seenOf", { seen: seen.size, count: alerts.length })}</p>
      <ul className={styles.grid} aria-label={t("bulk.pictures")}>
        {alerts.map((alert) => (
          <SeenPicture key={alert.id} alert={alert} seen={seen.has(alert.id)} onSeen={onSeen} />
        ))}
      </ul>
      {!request.isSuccess && (
        <div className={styles.form}>
          <Radio.Group
            value={chosen}
            onChange={(event) => setChosen(event.target.value as string)}
            aria-label={t("bulk.verdict")}
            options={[...VERDICTS.keys()].map((id) => ({
              value: id,
              label: (
                <span data-testid={`bulk-${id}`}>
                  {id === "confirmed"
                    ? term("alert_status", id)
                    : t("bulk.falseFor", { reason: term("false_positive_reason", id) })}
                </span>
              ),
            }))}
          />
          <NoteField value={note} onChange={setNote} label={t("bulk.why")} testId="bulk-note" />
        </div>
      )}
      {request.isPending && (
        <Progress
          percent={Math.floor((settled(done) / seen.size) * 100)}
          format={() => t("bulk.progress", { done: settled(done), count: seen.size })}
          aria-label={t("bulk.judging")}
          data-testid="bulk-progress"
        />
      )}
      {settled(done) > 0 && !request.isPending && <Outcome done={done} />}
      {problem && (
        <Alert
          type="error"
          showIcon
          title={
            problem.unreachable ? t("review.notAnswered") : t("review.refused", { code: problem.code })
          }
        />
      )}
    </Modal>
  );
}

/** How many were judged, and who had judged the others. */
function Outcome({ done }: { done: Together }) {
  const { t } = useTranslation();
  const others = done.decidedBefore;
  const names = [...new Set(others.map((each) => each.by ?? ""))].filter(Boolean);
  return (
    <Alert
      type={others.length + done.digests.length > 0 ? "warning" : "success"}
      showIcon
      data-testid="bulk-done"
      title={
        others.length > 0
          ? t("bulk.doneBut", {
              count: done.judged.length,
              others: others.length,
              names: names.join(t("bulk.comma")),
            })
          : t("bulk.done", { count: done.judged.length })
      }
      description={done.digests.length > 0 && t("bulk.digests", { count: done.digests.length })}
    />
  );
}
