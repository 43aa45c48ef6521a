import { useTranslation } from "react-i18next";

import { FilterSelect } from "../ui/FilterSelect";
import { useSchools } from "./useSchools";

/** Narrows a register to one school; not there where there is nothing to choose. */
export function PrivacySchool({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation();
  const schools = useSchools();
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
      options={schools.map(({ school_id, name_zh }) => ({ value: school_id, label: name_zh }))}
      data-testid="privacy-school"
    />
  );
}
