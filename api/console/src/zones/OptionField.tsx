import { InputNumber, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import type { Direction, Option } from "./options";
import { ScheduleField } from "./ScheduleField";
import styles from "./zones.module.css";

interface Props {
  option: Option;
  value: unknown;
  /** What the box said of it. */
  problem: string | undefined;
  /** Undefined: as usual. */
  onChange: (value: unknown) => void;
}

/** One option of a rule, explained in words; what is not given has its usual value. */
export function OptionField({ option, value, problem, onChange }: Props) {
  const { t } = useTranslation();
  const name = t(`zones.option.${option.key}`);
  return (
    <div className={styles.field} data-testid="rule-option" data-option={option.key}>
      <span>{name}</span>
      <Entry option={option} name={name} value={value} onChange={onChange} />
      <p className={styles.muted}>{t(`zones.means.${option.key}`)}</p>
      {problem && (
        <p className={styles.wrong} lang="en" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

type EntryProps = Omit<Props, "problem"> & { name: string };

function Entry({ option, name, value, onChange }: EntryProps) {
  const { t } = useTranslation();
  const term = useTerm();
  switch (option.kind) {
    case "schedule":
      return <ScheduleField label={name} value={value} onChange={onChange} />;
    case "switch":
      return (
        <span>
          <Switch
            size="small"
            aria-label={name}
            checked={(value ?? option.default) === true}
            onChange={(on) => onChange(on === option.default ? undefined : on)}
          />
        </span>
      );
    case "choice": {
      const word = (each: string) =>
        option.key === "risk" ? term("risk", each) : t(`zones.direction.${each as Direction}`);
      return (
        <Select
          size="small"
          aria-label={name}
          allowClear
          value={value ?? option.default}
          placeholder={t("zones.usual")}
          options={(option.choices ?? []).map((each) => ({ value: each, label: word(each) }))}
          onChange={(to) => onChange(to)}
        />
      );
    }
    case "names": {
      const usual = Array.isArray(option.default) ? option.default.map(String) : [];
      const given = Array.isArray(value) ? value.map(String) : usual;
      return (
        <Select
          size="small"
          mode="multiple"
          aria-label={name}
          value={given}
          options={[...new Set([...usual, ...given])].map((each) => ({
            value: each,
            label: term("object_class", each),
          }))}
          onChange={(to: string[]) => onChange(to.length === 0 || to.join() === usual.join() ? undefined : to)}
        />
      );
    }
    default: {
      const [least, most] = [option.least ?? option.above, option.most ?? option.below];
      return (
        <InputNumber
          size="small"
          aria-label={name}
          value={typeof value === "number" ? value : null}
          placeholder={typeof option.default === "number" ? String(option.default) : t("zones.usual")}
          {...(least === undefined ? {} : { min: least })}
          {...(most === undefined ? {} : { max: most })}
          step={option.kind === "integer" ? 1 : most !== undefined && most <= 1 ? 0.05 : 1}
          {...(option.kind === "integer" ? { precision: 0 } : {})}
          suffix={unitOf(option.key, t)}
          onChange={(to) => {
            const isEdge = to !== null && (to === option.above || to === option.below);
            if (!isEdge) onChange(to ?? undefined);
          }}
        />
      );
    }
  }
}

function unitOf(key: string, t: (key: "zones.seconds" | "zones.pixels") => string): string | null {
  if (key.endsWith("_s")) return t("zones.seconds");
  return key.endsWith("_px") ? t("zones.pixels") : null;
}
