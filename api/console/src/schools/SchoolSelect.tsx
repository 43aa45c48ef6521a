import { useTranslation } from "react-i18next";

import { FilterSelect } from "../ui/FilterSelect";
import type { Group, Placed } from "./schools";

interface Props {
  groups: readonly Group<Placed>[];
  /** Key of the group that is shown; null: all. */
  value: string | null;
  onChange: (key: string | null) => void;
}

/** Narrows a page to one school; not there where there is nothing to choose. */
export function SchoolSelect({ groups, value, onChange }: Props) {
  const { t } = useTranslation();
  if (groups.length < 2) return null;
  return (
    <FilterSelect<string>
      showSearch={{ optionFilterProp: "label" }}
      style={{ minWidth: 160, maxWidth: 320 }}
      popupMatchSelectWidth={false}
      placeholder={t("filter.school")}
      aria-label={t("filter.school")}
      value={value}
      onChange={(key: string | undefined) => onChange(key ?? null)}
      options={groups.map(({ key, name }) => ({ value: key, label: name ?? t("retention.noBox") }))}
      data-testid="filter-school"
    />
  );
}
