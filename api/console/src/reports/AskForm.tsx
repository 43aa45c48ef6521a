import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ReportRequest } from "../http/types";
import { usePreferences } from "../ui/preferences";
import { useChange } from "../ui/useChange";
import { FormFields, SubjectFields, useFirst, type WhichReport } from "./ReportFields";
import { KINDS, schoolOf } from "./reports";
import styles from "./reports.module.css";

interface Fields extends WhichReport {
  month: string | undefined;
}

/** Which report is wanted, of whom, how, and in which language. */
export function AskForm() {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const [form] = Form.useForm<Fields>();
  const kind = Form.useWatch("kind", form) ?? "school_audit";
  const ask = useChange((body: ReportRequest) => api.askReport(body), {
    invalidates: [keys.reports],
  });
  const send = ({ school, month, ...told }: Fields) =>
    ask.mutate({
      ...told,
      school_id: schoolOf(told.kind, school),
      month: KINDS[told.kind].ofMonth ? (month ?? null) : null,
    });
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      className={styles.ask}
      initialValues={useFirst(language)}
      onFinish={send}
      data-testid="report-form"
    >
      <SubjectFields kind={kind} />
      {KINDS[kind].ofMonth && (
        <Form.Item
          name="month"
          label={t("reports.month")}
          rules={[{ required: true, message: t("reports.chooseMonth") }]}
        >
          <Input type="month" data-testid="report-month" />
        </Form.Item>
      )}
      <FormFields />
      <Button type="primary" htmlType="submit" loading={ask.isPending} data-testid="report-ask">
        {t("reports.make")}
      </Button>
    </Form>
  );
}
