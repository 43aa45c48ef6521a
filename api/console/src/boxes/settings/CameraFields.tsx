import { Button, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { BoxSettings, CameraSettings } from "../../http/types";
import { WideTable } from "../../ui/WideTable";
import { Field, isWrong, type Wrong } from "./Field";
import {
  type CameraDraft,
  MOST_BUDGET,
  MOST_DAYS,
  pathOf,
  type SettingsDraft,
  withAll,
  withCamera,
} from "./settings";
import styles from "./settings.module.css";

interface Props {
  begun: BoxSettings;
  draft: SettingsDraft;
  wrong: Wrong;
  isReadOnly: boolean;
  onChange: (draft: SettingsDraft) => void;
}

/** Names, recording days and budgets of all cameras. */
export function CameraFields({ begun, draft, wrong, isReadOnly, onChange }: Props) {
  const { t } = useTranslation();
  const text = (field: "name" | "location") => (_: unknown, { index, camera_id: id }: CameraSettings) => (
    <Field path={pathOf(index, field)} wrong={wrong}>
      <Input
        size="small"
        value={draft.cameras[index]?.[field]}
        maxLength={128}
        disabled={isReadOnly}
        aria-label={`${id} ${t(`settings.${field}`)}`}
        status={isWrong(wrong, pathOf(index, field))}
        onChange={({ target }) => onChange(withCamera(draft, index, { [field]: target.value }))}
      />
    </Field>
  );
  const number =
    (field: Numeric) => (_: unknown, { index, camera_id: id, is_recorded: isRecorded }: CameraSettings) => {
      const isOff = field !== "budget_per_hour" && !isRecorded && !begun.has_recorder;
      return (
        <Field path={pathOf(index, field)} wrong={wrong} {...(isOff ? { hint: t("settings.noRecorder") } : {})}>
          <NumberInput
            field={field}
            value={draft.cameras[index]?.[field] ?? null}
            label={`${id} ${t(`settings.${field}`)}`}
            isOff={isReadOnly || isOff}
            status={isWrong(wrong, pathOf(index, field))}
            onChange={(value) => {
              // Footage that is promised is not given up by emptying a field.
              if (field !== "keep_days" || value !== null || !isRecorded) {
                onChange(withCamera(draft, index, { [field]: value }));
              }
            }}
          />
        </Field>
      );
    };
  return (
    <section className={styles.panel}>
      <h2>{t("settings.cameras")}</h2>
      <p className={styles.muted}>{t("settings.camerasHint")}</p>
      {!isReadOnly && draft.cameras.length > 1 && (
        <ForAll onFill={(values) => onChange(withAll(draft, begun, values))} />
      )}
      <WideTable<CameraSettings>
        size="small"
        rowKey="camera_id"
        dataSource={begun.cameras}
        pagination={begun.cameras.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { title: t("settings.camera"), dataIndex: "camera_id", render: (id: string) => <code>{id}</code> },
          { title: t("settings.name"), render: text("name") },
          { title: t("settings.location"), render: text("location") },
          ...NUMERIC.map((field) => ({ title: t(`settings.${field}`), render: number(field) })),
        ]}
      />
    </section>
  );
}

const NUMERIC = ["keep_days", "delete_after_days", "budget_per_hour"] as const;
type Numeric = (typeof NUMERIC)[number];

interface NumberProps {
  field: Numeric;
  value: number | null;
  label: string;
  isOff?: boolean;
  status?: "error" | "";
  onChange: (value: number | null) => void;
}

function NumberInput({ field, value, label, isOff, status, onChange }: NumberProps) {
  const { t } = useTranslation();
  const isBudget = field === "budget_per_hour";
  return (
    <InputNumber
      size="small"
      value={value}
      min={field === "delete_after_days" ? 1 : 0}
      max={isBudget ? MOST_BUDGET : MOST_DAYS}
      precision={0}
      disabled={isOff ?? false}
      aria-label={label}
      placeholder={isBudget ? "30" : t("settings.unset")}
      status={status ?? ""}
      onChange={onChange}
    />
  );
}

/** The same days and budget for many cameras; what is left empty stays as it is in each. */
function ForAll({ onFill }: { onFill: (values: Partial<CameraDraft>) => void }) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Partial<CameraDraft>>({});
  return (
    <div className={styles.all} data-testid="settings-all">
      {NUMERIC.map((field) => (
        <label key={field}>
          {t(`settings.${field}`)}{" "}
          <NumberInput
            field={field}
            value={values[field] ?? null}
            label={`${t("settings.forAll")} ${t(`settings.${field}`)}`}
            onChange={(value) => setValues({ ...values, [field]: value })}
          />
        </label>
      ))}
      <Button size="small" onClick={() => onFill(values)} data-testid="settings-fill">
        {t("settings.forAll")}
      </Button>
    </div>
  );
}
