import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Input, Modal, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Conflict } from "../configuration/Conflict";
import { DiffList } from "../configuration/DiffList";
import { type Lost, lostTo } from "../configuration/lost";
import { ProblemList } from "../configuration/ProblemList";
import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { CameraSetup } from "../http/types";
import { useProblemText } from "../ui/problemText";
import { Waiting } from "./AddRule";
import { rebased, typeOf, type Rule } from "./editing";
import type { Readiness } from "./useZones";
import styles from "./zones.module.css";

interface Props {
  begun: CameraSetup;
  rules: readonly Rule[];
  readiness: ReadonlyMap<string, Readiness>;
  onSaved: (setup: CameraSetup) => void;
  onClose: () => void;
  /** One's own is given up for what somebody else saved. */
  onGiveUp: () => void;
}

/** What saving changes and why it is done; nothing else of the box's configuration is touched. */
export function SaveDialog({ readiness, onSaved, onClose, onGiveUp, ...props }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problemText = useProblemText();
  const [{ begun, rules }, setOurs] = useState({ begun: props.begun, rules: props.rules });
  const [reason, setReason] = useState("");
  const [lost, setLost] = useState<Lost | null>(null);
  const { box_id: boxId, camera_id: cameraId, version: against } = begun;
  const models = modelsFor(rules, begun, readiness);
  const body = { against, rules: [...rules], add_models: models };
  const draft = useQuery({
    queryKey: ["zones", "draft", boxId, cameraId, JSON.stringify(body)],
    queryFn: () => api.editCamera(boxId, cameraId, body),
    gcTime: 0,
    staleTime: Infinity,
  });
  const edited = draft.data;
  const save = useMutation({
    mutationFn: (text: string) => api.saveConfiguration(boxId, against, { text, reason: reason.trim() }),
    onSuccess: ({ version }) =>
      onSaved({ ...begun, version: version.number, state: version.state, origin: version.origin, rules: [...rules], problems: [] }),
    onError: (failure) => setLost(lostTo(toProblem(failure, undefined))),
    onSettled: () => client.invalidateQueries({ queryKey: keys.configuration(boxId) }),
  });
  const keep = useMutation({
    mutationFn: () => api.cameraSetup(boxId, cameraId),
    onSuccess: (theirs) => {
      setOurs({ begun: theirs, rules: rebased(begun.rules, rules, theirs.rules) });
      setLost(null);
    },
  });
  const added = rules.filter((rule) => !begun.rules.some((each) => typeOf(each) === typeOf(rule)));
  const canSave = edited !== undefined && edited.problems.length === 0 && edited.diff?.total !== 0;
  return (
    <Modal
      open
      width={720}
      title={t("zones.saveTitle")}
      okText={t("configuration.save")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => edited && save.mutate(edited.text)}
      confirmLoading={save.isPending}
      okButtonProps={{
        disabled: !canSave || reason.trim() === "" || lost !== null,
        "data-testid": "zones-save-ok",
      }}
    >
      <div className={styles.canvas} data-testid="zones-save-dialog">
        {lost && (
          <Conflict
            boxId={boxId}
            seen={against}
            lost={lost}
            text={t("zones.conflict")}
            onKeep={() => keep.mutate()}
            onGiveUp={onGiveUp}
          />
        )}
        {save.error && !lost && <Alert type="error" showIcon title={problemText(save.error)} />}
        {keep.error && <Alert type="error" showIcon title={problemText(keep.error)} />}
        {draft.error && <Alert type="error" showIcon title={problemText(draft.error)} />}
        <Waiting rules={added} readiness={readiness} />
        {models.length > 0 && (
          <p className={styles.muted}>{t("zones.bringsModels", { models: models.join(", ") })}</p>
        )}
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
        <label className={styles.field}>
          <span>{t("configuration.reason")}</span>
          <Input
            value={reason}
            maxLength={500}
            placeholder={t("configuration.reasonHint")}
            onChange={({ target }) => setReason(target.value)}
            data-testid="zones-reason"
          />
        </label>
      </div>
    </Modal>
  );
}

/** Detectors that new rules need and the camera has not; what needs consent is not taken by itself. */
function modelsFor(
  rules: readonly Rule[],
  { rules: before, more_models, accepted }: CameraSetup,
  readiness: ReadonlyMap<string, Readiness>,
): string[] {
  const old = new Set(before.map(typeOf));
  const needed = rules
    .map(typeOf)
    .filter((type) => !old.has(type))
    .flatMap((type) => {
      const of = readiness.get(type);
      return of && of.toAccept.every((model) => accepted.includes(model)) ? of.models : [];
    });
  return [...new Set(needed)].filter((model) => !more_models.includes(model));
}
