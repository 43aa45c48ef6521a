import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { BoxSettings } from "../../http/types";
import { Field, isWrong, type Wrong } from "./Field";
import type { SettingsDraft } from "./settings";
import styles from "./settings.module.css";

const ZONES: readonly string[] = Intl.supportedValuesOf("timeZone");
const USUAL = "Asia/Shanghai";

interface Props {
  begun: BoxSettings;
  draft: SettingsDraft;
  wrong: Wrong;
  isReadOnly: boolean;
  onChange: (change: Partial<SettingsDraft>) => void;
}

/** The calendar that schedules of rules go by. */
export function SiteFields({ begun, draft, wrong, isReadOnly, onChange }: Props) {
  const { t } = useTranslation();
  const { school_time_zone: registered, school_holidays: holidays, school_workdays: workdays } = begun;
  const zone = draft.time_zone ?? USUAL;
  const zones = [...new Set([USUAL, registered, zone, ...ZONES])];
  const isOther =
    JSON.stringify([holidays, workdays]) !== JSON.stringify([draft.holidays, draft.workday_overrides]);
  return (
    <section className={styles.panel}>
      <h2>{t("settings.calendar")}</h2>
      <Field path="site.time_zone" wrong={wrong} label={t("settings.timeZone")} hint={t("settings.timeZoneHint")}>
        <Select
          showSearch
          value={zone}
          disabled={isReadOnly}
          aria-label={t("settings.timeZone")}
          options={zones.map((value) => ({ value, label: value }))}
          status={isWrong(wrong, "site.time_zone")}
          onChange={(value: string) =>
            onChange({ time_zone: value === USUAL && begun.time_zone === null ? null : value })
          }
        />
      </Field>
      {zone !== registered && (
        <p className={styles.wrong}>{t("settings.otherZone", { zone: registered })}</p>
      )}
      <Days name="holidays" {...{ draft, wrong, isReadOnly, onChange }} />
      <Days name="workday_overrides" {...{ draft, wrong, isReadOnly, onChange }} />
      {holidays.length + workdays.length > 0 && isOther && !isReadOnly && (
        <Button
          size="small"
          onClick={() => onChange({ holidays, workday_overrides: workdays })}
          data-testid="settings-register"
        >
          {t("settings.fromRegister")}
        </Button>
      )}
    </section>
  );
}

interface DaysProps extends Omit<Props, "begun"> {
  name: "holidays" | "workday_overrides";
}

function Days({ name, draft, wrong, isReadOnly, onChange }: DaysProps) {
  const { t } = useTranslation();
  const path = `site.${name}`;
  return (
    <Field path={path} wrong={wrong} label={t(`settings.${name}`)} hint={t("settings.daysHint")}>
      <Select
        mode="tags"
        open={false}
        suffixIcon={null}
        value={[...draft[name]]}
        disabled={isReadOnly}
        aria-label={t(`settings.${name}`)}
        placeholder={t("settings.noDays")}
        tokenSeparators={[",", "，", "、", " "]}
        status={isWrong(wrong, path)}
        onChange={(days: string[]) => onChange({ [name]: days.map((day) => day.trim()) })}
      />
    </Field>
  );
}
