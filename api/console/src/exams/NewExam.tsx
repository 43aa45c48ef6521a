import { Form, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { FormDrawer } from "../ui/FormDrawer";
import { useChange } from "../ui/useChange";

interface Fields {
  name: string;
  time_zone: string;
  clock_tolerance_s?: number | null;
  tolerance_source?: string;
}

/** A new exam; its sessions and rooms come with its workbook. */
export function NewExam({ onClose }: { onClose: (made: number | null) => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const tolerance = Form.useWatch("clock_tolerance_s", form);
  const save = useChange(
    ({ name, time_zone, clock_tolerance_s, tolerance_source }: Fields) =>
      api.createExam({
        name,
        time_zone,
        clock_tolerance_s: clock_tolerance_s ?? null,
        tolerance_source: clock_tolerance_s ? (tolerance_source ?? "") : "",
      }),
    { invalidates: [keys.exams], onDone: ({ id }) => onClose(id) },
  );
  const needed = [{ required: true, whitespace: true, message: t("privacy.needed") }];
  return (
    <FormDrawer<Fields>
      title={t("exam.new")}
      form={form}
      initial={{ time_zone: "Asia/Shanghai" }}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={() => onClose(null)}
      testId="exam-save"
    >
      <Form.Item name="name" label={t("exam.name")} rules={needed}>
        <Input maxLength={128} data-testid="exam-name" />
      </Form.Item>
      <Form.Item name="time_zone" label={t("exam.zone")} rules={needed}>
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name="clock_tolerance_s" label={t("exam.toleranceField")} extra={t("exam.toleranceHint")}>
        <InputNumber min={0.1} max={3600} step={0.5} />
      </Form.Item>
      {tolerance ? (
        <Form.Item name="tolerance_source" label={t("exam.toleranceSource")} rules={needed}>
          <Input maxLength={256} />
        </Form.Item>
      ) : null}
    </FormDrawer>
  );
}
