import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Input, Modal, Skeleton } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { EditedDraft } from "../http/types";
import { useProblemText } from "../ui/problemText";
import { Conflict } from "./Conflict";
import styles from "./configuration.module.css";
import { DiffList } from "./DiffList";
import { type Lost, lostTo } from "./lost";
import { ProblemList } from "./ProblemList";

interface Props<Saved> {
  boxId: number;
  /** The version that is changed. */
  against: number;
  /** Begins the names of its parts. */
  name: string;
  /** What is changed; tells one draft from another. */
  body: object;
  /** Why, as most would say; to be written over. */
  reason?: string;
  /** The version's text with that changed. */
  edit: () => Promise<EditedDraft>;
  /** Makes a version of it. */
  save: (edited: EditedDraft, reason: string) => Promise<Saved>;
  /** Whether it cannot be saved, for a reason that stands among the children. */
  isRefused?: boolean;
  onSaved: (saved: Saved) => void;
  onClose: () => void;
  /** Puts one's own on what somebody else saved. */
  onKeep: () => Promise<unknown>;
  /** One's own is given up for what somebody else saved. */
  onGiveUp: () => void;
  children?: ReactNode;
}

/** What a form's saving changes and why it is done; nothing else of the box's configuration is touched. */
export function SaveVersion<Saved>({ boxId, against, name, body, edit, onSaved, onClose, ...props }: Props<Saved>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problemText = useProblemText();
  const [reason, setReason] = useState(props.reason ?? "");
  const [lost, setLost] = useState<Lost | null>(null);
  const draft = useQuery({
    queryKey: [name, "draft", boxId, against, JSON.stringify(body)],
    queryFn: edit,
    gcTime: 0,
    staleTime: Infinity,
  });
  const edited = draft.data;
  const save = useMutation({
    mutationFn: (of: EditedDraft) => props.save(of, reason.trim()),
    onSuccess: onSaved,
    onError: (failure) => setLost(lostTo(toProblem(failure, undefined))),
    onSettled: () => client.invalidateQueries({ queryKey: keys.configuration(boxId) }),
  });
  const keep = useMutation({ mutationFn: props.onKeep, onSuccess: () => setLost(null) });
  const canSave = !props.isRefused && edited !== undefined && edited.problems.length === 0 && edited.diff?.total !== 0;
  const failures = [lost ? null : save.error, keep.error, draft.error].filter((each) => each !== null);
  return (
    <Modal
      open
      width={720}
      title={t("zones.saveTitle")}
      okText={t("configuration.save")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => edited && save.mutate(edited)}
      confirmLoading={save.isPending}
      okButtonProps={{
        disabled: !canSave || reason.trim() === "" || lost !== null,
        "data-testid": `${name}-save-ok`,
      }}
    >
      <div className={styles.saving} data-testid={`${name}-save-dialog`}>
        {lost && (
          <Conflict
            boxId={boxId}
            seen={against}
            lost={lost}
            text={t("zones.conflict")}
            onKeep={() => keep.mutate()}
            onGiveUp={props.onGiveUp}
          />
        )}
        {failures.map((failure) => (
          <Alert key={failure.message} type="error" showIcon title={problemText(failure)} />
        ))}
        {props.children}
        {draft.isPending && <Skeleton active />}
        {edited && (
          <>
            {edited.problems.length > 0 && <ProblemList problems={edited.problems} />}
            {edited.diff && <DiffList diff={edited.diff} />}
            {edited.lost_remarks.length > 0 && (
              <Alert
                type="info"
                showIcon
                title={t("zones.lostRemarks")}
                description={<pre className={styles.remarks}>{edited.lost_remarks.join("\n")}</pre>}
                data-testid="lost-remarks"
              />
            )}
          </>
        )}
        <label className={styles.why}>
          <span>{t("configuration.reason")}</span>
          <Input
            value={reason}
            maxLength={500}
            placeholder={t("configuration.reasonHint")}
            onChange={({ target }) => setReason(target.value)}
            data-testid={`${name}-reason`}
          />
        </label>
      </div>
    </Modal>
  );
}
