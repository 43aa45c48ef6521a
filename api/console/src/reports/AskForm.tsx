import { Button, Form, Input, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ReportKind, ReportRequest } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { usePreferences } from "../ui/preferences";
import { useChange } from "../ui/useChange";
import { KINDS } from "./reports";
import styles from "./reports.module.css";

interface Fields {
  kind: ReportKind;
  school: string | undefined;
  month: string | undefined;
  format: ReportRequest["format"];
  language: "zh" | "en";
}

/** Which report is wanted, of whom, how, and in which language. */
export function AskForm() {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  const schools = useSchoolOptions();
  const [form] = Form.useForm<Fields>();
  const kind = Form.useWatch("kind", form) ?? "school_audit";
  const ask = useChange((body: ReportRequest) => api.askReport(body), {
    invalidates: [keys.reports],
  });
  const send = ({ school, month, ...told }: Fields) =>
    ask.mutate({
      ...told,
      school_id: KINDS[told.kind].ofSchool ? (school ?? null) : null,
      month: KINDS[told.kind].ofMonth ? (month ?? null) : null,
    });
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      className={styles.ask}
      initialValues={{
        kind: "school_audit",
        format: "pdf",
        language,
        school: schools.length === 1 ? schools[0]?.value : undefined,
      }}
      onFinish={send}
      data-testid="report-form"
    >
      <Form.Item name="kind" label={t("reports.kind")}>
        <Select<ReportKind>
          popupMatchSelectWidth={false}
          options={(Object.keys(KINDS) as ReportKind[]).map((value) => ({
            value,
            label: term("report_kind", value),
          }))}
        />
      </Form.Item>
      {KINDS[kind].ofSchool && (
        <Form.Item
          name="school"
          label={t("reports.school")}
          rules={[{ required: true, message: t("reports.chooseSchool") }]}
        >
          <Select<string>
            showSearch={{ optionFilterProp: "label" }}
            popupMatchSelectWidth={false}
            options={schools}
            placeholder={t("reports.chooseSchool")}
            data-testid="report-school"
          />
        </Form.Item>
      )}
      {KINDS[kind].ofMonth && (
        <Form.Item
          name="month"
          label={t("reports.month")}
          rules={[{ required: true, message: t("reports.chooseMonth") }]}
        >
          <Input type="month" data-testid="report-month" />
        </Form.Item>
      )}
      <Form.Item name="format" label={t("reports.format")}>
        <Segmented
          options={[
            { value: "pdf", label: "PDF" },
            { value: "xlsx", label: "Excel" },
          ]}
        />
      </Form.Item>
      <Form.Item name="language" label={t("reports.language")}>
        <Segmented
          options={[
            { value: "zh", label: "中文" },
            { value: "en", label: "English" },
          ]}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={ask.isPending} data-testid="report-ask">
        {t("reports.make")}
      </Button>
    </Form>
  );
}
