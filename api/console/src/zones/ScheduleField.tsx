import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { DAYS, isPlan, rangesOf, scheduleFault } from "./options";
import styles from "./zones.module.css";

interface Props {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

const NIGHTS = { workdays: ["18:00-24:00", "00:00-06:30"], weekend: ["00:00-24:00"], holidays: "as_sunday" };

/** When a rule watches: always, or by the week in the school's time. */
export function ScheduleField({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const plan = isPlan(value) ? value : null;
  const fault = scheduleFault(value);
  const days = DAYS.filter((day) => day === "workdays" || day === "weekend" || plan?.[day] !== undefined);
  const set = (day: string, to: unknown) => {
    const rest = Object.entries(plan ?? {}).filter(([name]) => name !== day);
    onChange(Object.fromEntries(to === undefined ? rest : [...rest, [day, to]]));
  };
  return (
    <>
      <Select
        size="small"
        aria-label={label}
        value={plan ? "plan" : "always"}
        options={[
          { value: "always", label: t("zones.schedule.always") },
          { value: "plan", label: t("zones.schedule.plan") },
        ]}
        onChange={(kind) => onChange(kind === "plan" ? NIGHTS : undefined)}
        data-testid="schedule-kind"
      />
      {plan &&
        days.map((day) => (
          <label key={day} className={styles.field}>
            <span className={styles.muted}>{t(`zones.schedule.days.${day}`)}</span>
            <Ranges value={plan[day]} onChange={(to) => set(day, to)} />
          </label>
        ))}
      {plan && (
        <label className={styles.field}>
          <span className={styles.muted}>{t("zones.schedule.holidays")}</span>
          {Array.isArray(plan["holidays"]) ? (
            <Ranges value={plan["holidays"]} onChange={(to) => set("holidays", to)} />
          ) : (
            <Select
              size="small"
              value={plan["holidays"] ?? "as_sunday"}
              options={[
                { value: "as_sunday", label: t("zones.schedule.asSunday") },
                { value: "closed", label: t("zones.schedule.closed") },
              ]}
              onChange={(to) => set("holidays", to)}
            />
          )}
        </label>
      )}
      {fault && (
        <p className={styles.wrong} role="alert" data-testid="schedule-fault">
          {fault.code === "range" ? t("zones.schedule.bad", { text: fault.text }) : t("zones.schedule.never")}
        </p>
      )}
    </>
  );
}

/** Several ranges of a day; what is typed is taken when it is left, so that a comma may be typed. */
function Ranges({ value, onChange }: { value: unknown; onChange: (ranges: string[] | undefined) => void }) {
  const text = Array.isArray(value) ? value.join(", ") : "";
  return (
    <Input
      key={text}
      size="small"
      defaultValue={text}
      placeholder="22:00-06:00"
      onBlur={({ target }) => {
        const ranges = rangesOf(target.value);
        if (ranges.join(", ") !== text) onChange(ranges.length > 0 ? ranges : undefined);
      }}
      onPressEnter={({ currentTarget }) => currentTarget.blur()}
      data-testid="schedule-ranges"
    />
  );
}
