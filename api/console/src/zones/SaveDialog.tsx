import { Alert } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveVersion } from "../configuration/SaveVersion";
import { api } from "../http/api";
import type { CameraSetup } from "../http/types";
import { useMay } from "../session/policy";
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

/** What saving a camera's rules changes, and which detectors they bring. */
export function SaveDialog({ readiness, onSaved, onClose, onGiveUp, ...props }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [{ begun, rules }, setOurs] = useState({ begun: props.begun, rules: props.rules });
  const { box_id: boxId, camera_id: cameraId, version: against } = begun;
  const models = modelsFor(rules, begun, readiness);
  /** Detectors are the box's: who edits zones alone does not turn them on. */
  const isBeyond = models.length > 0 && !may("manage_boxes");
  const body = { against, rules: [...rules], add_models: models };
  const keep = async () => {
    const theirs = await api.cameraSetup(boxId, cameraId);
    setOurs({ begun: theirs, rules: rebased(begun.rules, rules, theirs.rules) });
  };
  const added = rules.filter((rule) => !begun.rules.some((each) => typeOf(each) === typeOf(rule)));
  return (
    <SaveVersion
      boxId={boxId}
      against={against}
      name="zones"
      body={{ cameraId, ...body }}
      reason={t("zones.reason")}
      edit={() => api.editCamera(boxId, cameraId, body)}
      save={(_, reason) => api.saveCamera(boxId, cameraId, { ...body, reason })}
      isRefused={isBeyond}
      onSaved={onSaved}
      onClose={onClose}
      onKeep={keep}
      onGiveUp={onGiveUp}
    >
      <Waiting rules={added} readiness={readiness} />
      {isBeyond && (
        <Alert
          type="warning"
          showIcon
          title={t("zones.needsModels", { models: models.join(", ") })}
          data-testid="zones-needs-models"
        />
      )}
      {models.length > 0 && !isBeyond && (
        <p className={styles.muted}>{t("zones.bringsModels", { models: models.join(", ") })}</p>
      )}
    </SaveVersion>
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
