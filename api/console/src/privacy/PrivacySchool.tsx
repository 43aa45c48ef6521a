import { useTranslation } from "react-i18next";

import { useSchoolOptions } from "../schools/useSchoolOptions";
import { FilterSelect } from "../ui/FilterSelect";

/** Narrows a register to one school; not there where there is nothing to choose. */
export function PrivacySchool({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation();
  const schools = useSchoolOptions();
  if (schools.length < 2) return null;
  return (
    <FilterSelect<string>
      showSearch={{ optionFilterProp: "label" }}
      style={{ minWidth: 160 }}
      popupMatchSelectWidth={false}
      placeholder={t("filter.school")}
      aria-label={t("filter.school")}
      value={value}
      onChange={(id: string | undefined) => onChange(id ?? null)}
      options={schools}
      data-testid="privacy-school"
    />
  );
}
