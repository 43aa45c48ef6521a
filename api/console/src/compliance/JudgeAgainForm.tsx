import { Alert, DatePicker, Form, Input } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { FormDrawer } from "../ui/FormDrawer";
import { useChange } from "../ui/useChange";

interface Fields {
  days: [Dayjs, Dayjs];
  reason: string;
}

interface Props {
  /** Named already, when somebody looked at it. */
  day: string | null;
  onClose: () => void;
}

/** Days are judged anew by the rules as they stand now; what was said before stays beside. */
export function JudgeAgainForm({ day, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const save = useChange(
    ({ days: [from, until], reason }: Fields) =>
      api.judgeAgain({
        from_day: from.format("YYYY-MM-DD"),
        until_day: until.format("YYYY-MM-DD"),
        reason,
      }),
    { invalidates: [keys.compliance], onDone: onClose },
  );
  const needed = [{ required: true, message: t("privacy.needed") }];
  return (
    <FormDrawer<Fields>
      title={t("compliance.judgeAgain")}
      form={form}
      initial={day ? { days: [dayjs(day), dayjs(day)] } : {}}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="judge-save"
    >
      <Alert type="info" showIcon title={t("compliance.judgeAgainText")} style={{ marginBottom: 16 }} />
      <Form.Item name="days" label={t("compliance.days")} rules={needed}>
        <DatePicker.RangePicker
          style={{ width: "100%" }}
          disabledDate={(each) => each.isAfter(dayjs(), "day")}
          data-testid="judge-days"
        />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t("compliance.reason")}
        rules={[{ required: true, whitespace: true, message: t("privacy.needed") }]}
      >
        <Input.TextArea maxLength={512} rows={3} data-testid="judge-reason" />
      </Form.Item>
    </FormDrawer>
  );
}
