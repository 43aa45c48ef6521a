import { Segmented } from "antd";
import { useTranslation } from "react-i18next";

import { useUrlFilter } from "../schools/useUrlFilter";
import { usePageTitle } from "../ui/usePageTitle";
import { Assessments } from "./Assessments";
import { Requests } from "./Requests";

/** The registers that the law asks for of whoever films people. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("keeping.privacy"));
  const [register, show] = useUrlFilter("register");
  const tabs = (
    <Segmented<string>
      size="small"
      value={register === "assessments" ? register : "requests"}
      onChange={(chosen) => show(chosen === "assessments" ? chosen : null)}
      options={[
        { value: "requests", label: t("privacy.requests") },
        { value: "assessments", label: t("privacy.assessments") },
      ]}
      data-testid="privacy-register"
    />
  );
  return (
    <div data-testid="privacy-page">
      {register === "assessments" ? <Assessments tabs={tabs} /> : <Requests tabs={tabs} />}
    </div>
  );
}
