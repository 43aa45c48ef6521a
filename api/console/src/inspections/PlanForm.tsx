import { DatePicker, Form, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { InspectionKind, InspectionSubject } from "../http/types";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { FormDrawer } from "../ui/FormDrawer";
import { useChange } from "../ui/useChange";
import { useKindOptions, useSubjectOptions } from "./choices";

interface Fields {
  kind: InspectionKind;
  subject: InspectionSubject;
  name?: string;
  first_day?: Dayjs;
  days?: [Dayjs, Dayjs];
  school_ids?: string[];
}

const day = (at: Dayjs) => at.format("YYYY-MM-DD");

/** A new plan: a rhythm from a day on, or a date that matters with its own days. */
export function PlanForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const kind = Form.useWatch("kind", form);
  const isMoment = kind === "key_moment";
  const save = useChange(
    ({ kind: chosen, subject, name, first_day, days, school_ids }: Fields) =>
      api.createInspectionPlan({
        kind: chosen,
        subject,
        name: chosen === "key_moment" ? (name ?? "") : "",
        first_day: day(days?.[0] ?? first_day ?? dayjs()),
        last_day: days ? day(days[1]) : null,
        school_ids: school_ids ?? [],
      }),
    { invalidates: [keys.inspections], onDone: onClose },
  );
  const needed = [{ required: true, message: t("privacy.needed") }];
  return (
    <FormDrawer<Fields>
      title={t("inspection.newPlan")}
      form={form}
      initial={{ kind: "daily", subject: "safety", first_day: dayjs() }}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="plan-save"
    >
      <Form.Item name="kind" label={t("inspection.kind")} rules={needed}>
        <Select options={useKindOptions()} data-testid="plan-kind" />
      </Form.Item>
      <Form.Item name="subject" label={t("inspection.subject")} rules={needed}>
        <Select options={useSubjectOptions()} data-testid="plan-subject" />
      </Form.Item>
      {isMoment ? (
        <>
          <Form.Item name="name" label={t("inspection.momentName")} rules={needed}>
            <Input maxLength={64} placeholder={t("inspection.momentHint")} data-testid="plan-name" />
          </Form.Item>
          <Form.Item name="days" label={t("inspection.when")} rules={needed}>
            <DatePicker.RangePicker minDate={dayjs()} />
          </Form.Item>
        </>
      ) : (
        <Form.Item name="first_day" label={t("inspection.firstDay")} rules={needed}>
          <DatePicker allowClear={false} />
        </Form.Item>
      )}
      <Form.Item name="school_ids" label={t("inspection.who")} extra={t("inspection.whoHint")}>
        <Select
          mode="multiple"
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("inspection.allSchools")}
          options={useSchoolOptions()}
        />
      </Form.Item>
    </FormDrawer>
  );
}
