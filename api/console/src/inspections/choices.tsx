import { useTranslation } from "react-i18next";

import type { InspectionKind, InspectionSubject } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { FilterSelect } from "../ui/FilterSelect";

export const KINDS = ["daily", "weekly", "monthly", "key_moment", "mutual"] as const satisfies InspectionKind[];
export const SUBJECTS = ["safety", "canteen"] as const satisfies InspectionSubject[];

const COMMON = { popupMatchSelectWidth: false, style: { minWidth: 130 } };

export function useKindOptions() {
  const term = useTerm();
  return termIds("inspection_kind").map((value) => ({ value, label: term("inspection_kind", value) }));
}

export function useSubjectOptions() {
  const term = useTerm();
  return SUBJECTS.map((value) => ({ value, label: term("order_subject", value) }));
}

interface Props {
  value: string | null;
  onChange: (value: string | null) => void;
  /** Whether all of them may be meant. */
  clear?: boolean;
}

export function KindSelect({ value, onChange, clear = false }: Props) {
  const { t } = useTranslation();
  return (
    <FilterSelect<string>
      {...COMMON}
      allowClear={clear}
      aria-label={t("inspection.kind")}
      placeholder={t("inspection.kind")}
      value={value}
      onChange={(next: string | undefined) => onChange(next ?? null)}
      options={useKindOptions()}
      data-testid="inspection-kind"
    />
  );
}

export function SubjectSelect({ value, onChange, clear = false }: Props) {
  const { t } = useTranslation();
  return (
    <FilterSelect<string>
      {...COMMON}
      allowClear={clear}
      aria-label={t("inspection.subject")}
      placeholder={t("inspection.subject")}
      value={value}
      onChange={(next: string | undefined) => onChange(next ?? null)}
      options={useSubjectOptions()}
      data-testid="inspection-subject"
    />
  );
}
