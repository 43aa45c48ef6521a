import { Alert, DatePicker, Form, Input, InputNumber } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { Requirement } from "../http/types";
import { FormDrawer } from "../ui/FormDrawer";
import { useChange } from "../ui/useChange";

interface Fields {
  min_days?: number | null;
  max_days?: number | null;
  from_day: Dayjs;
  until_day?: Dayjs | null;
  reason: string;
}

interface Props {
  schoolId: string;
  requirement: Requirement;
  onClose: () => void;
}

const MOST_DAYS = 3660;

/** More than the rules ask for, of one school; less is refused. */
export function OverrideForm({ schoolId, requirement, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const save = useChange(
    (fields: Fields) =>
      api.createOverride(schoolId, {
        min_days: fields.min_days ?? null,
        max_days: fields.max_days ?? null,
        from_day: fields.from_day.format("YYYY-MM-DD"),
        until_day: fields.until_day?.format("YYYY-MM-DD") ?? null,
        reason: fields.reason,
      }),
    { invalidates: [keys.compliance], onDone: onClose },
  );
  const days = { min: 1, max: MOST_DAYS, precision: 0, style: { width: "100%" } };
  return (
    <FormDrawer<Fields>
      title={t("compliance.addOverride")}
      form={form}
      initial={{ from_day: dayjs() }}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="override-save"
    >
      <Alert
        type="info"
        showIcon
        title={t("compliance.onlyMore", { count: requirement.least?.days ?? 0 })}
        style={{ marginBottom: 16 }}
      />
      <Form.Item
        name="min_days"
        label={t("compliance.minDays")}
        dependencies={["max_days"]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value: number | null | undefined) =>
              value || getFieldValue("max_days")
                ? Promise.resolve()
                : Promise.reject(new Error(t("compliance.oneOfBoth"))),
          }),
        ]}
      >
        <InputNumber {...days} data-testid="override-min" />
      </Form.Item>
      <Form.Item name="max_days" label={t("compliance.maxDays")}>
        <InputNumber {...days} data-testid="override-max" />
      </Form.Item>
      <Form.Item name="from_day" label={t("compliance.from")} rules={[{ required: true, message: t("privacy.needed") }]}>
        <DatePicker allowClear={false} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="until_day" label={t("compliance.until")} extra={t("compliance.untilHint")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t("compliance.reason")}
        rules={[{ required: true, whitespace: true, message: t("privacy.needed") }]}
      >
        <Input.TextArea maxLength={512} rows={3} data-testid="override-reason" />
      </Form.Item>
    </FormDrawer>
  );
}
