import { Form, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { ReportRequest } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useSession } from "../session/useSession";
import { type AskedKind, DISTRICT, KINDS } from "./reports";

export interface WhichReport {
  kind: AskedKind;
  school: string | undefined;
  format: ReportRequest["format"];
  language: "zh" | "en";
}

/** Which report, and of whom. */
export function SubjectFields({ kind }: { kind: AskedKind }) {
  const { t } = useTranslation();
  const term = useTerm();
  const isOfDistrict = useSession().data?.school === null;
  const schools = useSchoolOptions();
  const district = { value: DISTRICT, label: t("reports.district") };
  const { of } = KINDS[kind];
  const kinds = (Object.keys(KINDS) as AskedKind[]).filter(
    (each) => isOfDistrict || KINDS[each].of !== "district",
  );
  return (
    <>
      <Form.Item name="kind" label={t("reports.kind")}>
        <Select<AskedKind>
          popupMatchSelectWidth={false}
          options={kinds.map((value) => ({ value, label: term("report_kind", value) }))}
          data-testid="report-kind"
        />
      </Form.Item>
      {of !== "district" && (
        <Form.Item
          name="school"
          label={t("reports.school")}
          rules={[{ required: true, message: t("reports.chooseSchool") }]}
        >
          <Select<string>
            showSearch={{ optionFilterProp: "label" }}
            popupMatchSelectWidth={false}
            options={of === "either" && isOfDistrict ? [district, ...schools] : schools}
            placeholder={t("reports.chooseSchool")}
            data-testid="report-school"
          />
        </Form.Item>
      )}
    </>
  );
}

/** How it is laid out, and in which language. */
export function FormFields() {
  const { t } = useTranslation();
  return (
    <>
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
    </>
  );
}

/** What a form begins with: the one school of somebody who has but one. */
export function useFirst(language: "zh" | "en"): WhichReport {
  const schools = useSchoolOptions();
  const school = schools.length === 1 ? schools[0]?.value : undefined;
  return { kind: "school_audit", school, format: "pdf", language };
}
