import { Form, Input, InputNumber, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ScheduleWrite } from "../http/types";
import { FormDrawer } from "../ui/FormDrawer";
import { usePreferences } from "../ui/preferences";
import { useChange } from "../ui/useChange";
import { FormFields, SubjectFields, useFirst } from "./ReportFields";
import { KINDS } from "./reports";
import { scheduleOf, type ScheduleFields } from "./schedules";

const DAYS_OF_WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

/** Which report is made again and again, how often, and when. */
export function ScheduleForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const [form] = Form.useForm<ScheduleFields>();
  const kind = Form.useWatch("kind", form) ?? "school_audit";
  const every = Form.useWatch("every", form) ?? "month";
  const save = useChange((body: ScheduleWrite) => api.scheduleReport(body), {
    invalidates: [keys.reportSchedules],
    onDone: onClose,
  });
  const first: ScheduleFields = {
    ...useFirst(language),
    every: "month",
    monthDay: 1,
    weekDay: 1,
    at: "06:00",
  };
  return (
    <FormDrawer<ScheduleFields>
      title={t("reports.newSchedule")}
      form={form}
      initial={first}
      saving={save.isPending}
      onSave={(fields) => save.mutate(scheduleOf(fields))}
      onClose={onClose}
      testId="schedule-save"
    >
      <SubjectFields kind={kind} />
      <Form.Item name="every" label={t("reports.every")}>
        <Segmented
          options={[
            { value: "month", label: t("reports.everyMonth") },
            { value: "week", label: t("reports.everyWeek") },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="monthDay"
        label={t("reports.dayOfMonth")}
        extra={KINDS[kind].ofMonth ? t("reports.monthBefore") : t("reports.lastDay")}
        hidden={every !== "month"}
        rules={[{ required: true, message: t("privacy.needed") }]}
      >
        <InputNumber min={1} max={31} precision={0} data-testid="schedule-day" />
      </Form.Item>
      <Form.Item name="weekDay" label={t("reports.dayOfWeek")} hidden={every !== "week"}>
        <Select<number>
          options={DAYS_OF_WEEK.map((value) => ({ value, label: t(`reports.weekdays.${value}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="at"
        label={t("reports.at")}
        extra={t("reports.atZone")}
        rules={[{ required: true, message: t("privacy.needed") }]}
      >
        <Input type="time" data-testid="schedule-at" />
      </Form.Item>
      <FormFields />
    </FormDrawer>
  );
}
