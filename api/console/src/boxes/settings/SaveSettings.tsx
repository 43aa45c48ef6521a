import { Alert } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SaveVersion } from "../../configuration/SaveVersion";
import { api } from "../../http/api";
import type { BoxSettings } from "../../http/types";
import { changesOf, deletedSooner, rebased, type SettingsDraft } from "./settings";

interface Props {
  begun: BoxSettings;
  draft: SettingsDraft;
  onClose: () => void;
  /** Saved, or given up. */
  onDone: () => void;
}

/** What saving a box's settings changes, and which footage it lets go. */
export function SaveSettings({ onClose, onDone, ...props }: Props) {
  const { t } = useTranslation();
  const [{ begun, draft }, setOurs] = useState({ begun: props.begun, draft: props.draft });
  const { box_id: boxId, version: against } = begun;
  const body = { against, ...changesOf(begun, draft) };
  const sooner = deletedSooner(begun, draft);
  const keep = async () => {
    const theirs = await api.boxSettings(boxId);
    setOurs({ begun: theirs, draft: rebased(begun, draft, theirs) });
  };
  return (
    <SaveVersion
      boxId={boxId}
      against={against}
      name="settings"
      body={body}
      edit={() => api.editBoxSettings(boxId, body)}
      save={({ text }, reason) => api.saveConfiguration(boxId, against, { text, reason })}
      onSaved={onDone}
      onClose={onClose}
      onKeep={keep}
      onGiveUp={onDone}
    >
      {sooner.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("settings.deletes", { names: sooner.map(({ name }) => name).join("、") })}
          data-testid="settings-deletes"
        />
      )}
    </SaveVersion>
  );
}
