import { Button, Checkbox } from "antd";
import { useTranslation } from "react-i18next";

import { RISKS } from "../alert/filters";
import { useCameras } from "../camera/useCameras";
import { useTerm } from "../i18n/terms";
import {
  DEFAULT_ORDER_FILTERS,
  fromSavedBoard,
  isBoardNarrowed,
  SUBJECTS,
  toSavedBoard,
  type OrderFilters,
} from "../order/filters";
import { SavedFilters } from "../saved/SavedFilters";
import { schoolsOf } from "../schools/schools";
import { useMay } from "../session/policy";
import { FilterSelect, SEVERAL } from "../ui/FilterSelect";
import styles from "./board.module.css";

interface Props {
  filters: OrderFilters;
  onChange: (changes: Partial<OrderFilters>) => void;
}

export function BoardFilterBar({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const schools = schoolsOf(useCameras().data?.items ?? []);
  return (
    <>
      {(schools.length > 1 || filters.schoolIds.length > 0) && (
        <Several
          label={t("filter.school")}
          value={filters.schoolIds}
          onChange={(schoolIds) => onChange({ schoolIds })}
          options={schools.map(({ school_id: value, name }) => ({ value, label: name }))}
          testId="board-school"
        />
      )}
      <Several
        label={t("assign.subject")}
        value={filters.subjects}
        onChange={(subjects) => onChange({ subjects })}
        options={SUBJECTS.map((value) => ({ value, label: term("order_subject", value) }))}
        testId="board-subject"
      />
      <Several
        label={t("filter.risk")}
        value={filters.risks}
        onChange={(risks) => onChange({ risks })}
        options={RISKS.map((value) => ({ value, label: term("risk", value) }))}
        testId="board-risk"
      />
      {may("rectify_orders") && (
        <Checkbox
          checked={filters.mine}
          onChange={({ target }) => onChange({ mine: target.checked })}
          data-testid="board-mine"
        >
          {t("order.mine")}
        </Checkbox>
      )}
      {isBoardNarrowed(filters) && (
        <Button
          type="link"
          size="small"
          onClick={() => onChange({ ...DEFAULT_ORDER_FILTERS, column: filters.column })}
        >
          {t("filter.clear")}
        </Button>
      )}
      <SavedFilters
        current={toSavedBoard(filters)}
        onApply={(saved) => onChange(fromSavedBoard(saved))}
      />
    </>
  );
}

interface SeveralProps<T extends string> {
  label: string;
  value: T[];
  onChange: (value: T[]) => void;
  options: { value: T; label: string }[];
  testId: string;
}

function Several<T extends string>({ label, value, testId, ...rest }: SeveralProps<T>) {
  return (
    <FilterSelect<T[]>
      {...SEVERAL}
      {...rest}
      className={styles.select ?? ""}
      popupMatchSelectWidth={false}
      placeholder={label}
      aria-label={label}
      value={value}
      data-testid={testId}
    />
  );
}
