import { Segmented } from "antd";
import { useTranslation } from "react-i18next";

import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { usePageTitle } from "../ui/usePageTitle";
import { FormTable } from "./FormTable";
import { Ledger } from "./Ledger";
import { Plans } from "./Plans";

const VIEWS = ["table", "ledger", "plans"] as const;

/** Which schools have inspected what, which hazards that found, and what is planned. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  usePageTitle(t("nav.inspections"));
  const [chosen, show] = useUrlFilter("view");
  const views = VIEWS.filter((each) => each !== "plans" || may("plan_inspections"));
  const view = views.find((each) => each === chosen) ?? "table";
  const tabs = (
    <Segmented<string>
      size="small"
      value={view}
      onChange={(next) => show(next === "table" ? null : next)}
      options={views.map((value) => ({ value, label: t(`inspection.views.${value}`) }))}
      data-testid="inspection-views"
    />
  );
  return (
    <div data-testid="inspections-page">
      {view === "table" && <FormTable tabs={tabs} />}
      {view === "ledger" && <Ledger tabs={tabs} />}
      {view === "plans" && <Plans tabs={tabs} />}
    </div>
  );
}
