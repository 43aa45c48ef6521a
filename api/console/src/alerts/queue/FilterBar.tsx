import { CheckSquareOutlined, FilterOutlined } from "@ant-design/icons";
import { Badge, Button, Drawer, Segmented } from "antd";
import { lazy, Suspense, useCallback, useState } from "react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { AlertCounts, CameraView } from "../../http/types";
import { termIds, useTerm } from "../../i18n/terms";
import { useCameraNames } from "../../schools/CameraPlace";
import { SavedFilters } from "../../saved/SavedFilters";
import { schoolsOf } from "../../schools/schools";
import { useMay } from "../../session/policy";
import { FilterSelect, SEVERAL } from "../../ui/FilterSelect";
import { Refresh, type Reading } from "../../ui/Refresh";
import { SearchBox } from "../../ui/SearchBox";
import { useNarrow } from "../../ui/useNarrow";
import {
  fromSaved,
  isNarrowed,
  narrowing,
  orderOf,
  ORDERS,
  RANGES,
  RISKS,
  STATUSES,
  toSaved,
  widened,
  writeFilters,
  type AlertFilters,
  type Order,
  type Range,
  type Status,
} from "../../alert/filters";
import styles from "./queue.module.css";

const CustomRange = lazy(() => import("./CustomRange"));

interface Props {
  filters: AlertFilters;
  counts: AlertCounts | undefined;
  cameras: readonly CameraView[];
  query: Reading;
  onChange: (changes: Partial<AlertFilters>) => void;
  searchBox: RefObject<HTMLInputElement | null>;
  /** Whether rows are being chosen by touch. */
  choosing: boolean;
  onChoosing: (choosing: boolean) => void;
}

export function FilterBar(props: Props) {
  const { filters, counts, onChange } = props;
  const { t } = useTranslation();
  const term = useTerm();
  const narrow = useNarrow();
  const may = useMay();
  const [drawer, setDrawer] = useState(false);
  const total = counts && STATUSES.reduce((sum, status) => sum + counts[status], 0);
  const label = (name: string, count: number | undefined) => (
    <span className={styles.tabLabel}>
      {name} <span className={styles.count}>{count ?? ""}</span>
    </span>
  );
  const narrowedBy = [...new Set(writeFilters(narrowing(filters)).keys())];

  return (
    <div className={styles.filters} role="search" aria-label={t("filter.all")}>
      <Segmented<Status | "all">
        size="small"
        value={filters.status ?? "all"}
        onChange={(value) => onChange({ status: value === "all" ? null : value })}
        options={[
          ...STATUSES.map((status) => ({
            value: status,
            label: label(term("alert_status", status), counts?.[status]),
          })),
          { value: "all" as const, label: label(t("filter.everyStatus"), total) },
        ]}
        data-testid="filter-status"
      />
      <FilterSelect<Order>
        className={styles.order ?? ""}
        aria-label={t("filter.order")}
        allowClear={false}
        value={orderOf(filters)}
        onChange={(order: Order) => {
          const usual = orderOf({ ...filters, order: null });
          onChange({ order: order === usual ? null : order });
        }}
        options={ORDERS.map((order) => ({ value: order, label: t(`filter.orders.${order}`) }))}
        data-testid="filter-order"
      />
      {narrow ? (
        <>
          <Badge count={narrowedBy.length} size="small" color="var(--ink)">
            <Button
              size="small"
              icon={<FilterOutlined />}
              onClick={() => setDrawer(true)}
              aria-label={t("filter.all")}
              data-testid="filter-open"
            />
          </Badge>
          <Drawer
            open={drawer}
            onClose={() => setDrawer(false)}
            placement="bottom"
            title={t("filter.all")}
            size="auto"
          >
            <div className={styles.drawer}>
              <Selects {...props} />
            </div>
          </Drawer>
        </>
      ) : (
        <Selects {...props} />
      )}
      {isNarrowed(filters) && !narrow && (
        <Button
          type="link"
          size="small"
          onClick={() => onChange(widened(filters))}
          data-testid="filter-clear"
        >
          {t("filter.clear")}
        </Button>
      )}
      <SavedFilters current={toSaved(filters)} onApply={(saved) => onChange(fromSaved(saved))} />
      <span className={styles.spacer} />
      {may("judge") && (
        <Button
          size="small"
          type={props.choosing ? "primary" : "default"}
          icon={<CheckSquareOutlined />}
          onClick={() => props.onChoosing(!props.choosing)}
          aria-pressed={props.choosing}
          aria-label={t("bulk.mode")}
          title={t("bulk.mode")}
          className={styles.chooseMode ?? ""}
          data-testid="choose-mode"
        />
      )}
      <Refresh query={props.query} className={styles.freshness} />
    </div>
  );
}

function Selects({ filters, cameras, onChange, searchBox }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const nameCamera = useCameraNames();
  const [custom, setCustom] = useState(false);
  const schools = schoolsOf(cameras);
  const search = useCallback((text: string) => onChange({ text }), [onChange]);
  const isCustom = custom || filters.from !== null || filters.to !== null;
  return (
    <>
      {(schools.length > 1 || filters.schoolIds.length > 0) && (
        <Several
          label={t("filter.school")}
          value={filters.schoolIds}
          onChange={(schoolIds) => onChange({ schoolIds })}
          options={schools.map(({ school_id: id, name }) => ({ value: id, label: name }))}
          testId="filter-school"
        />
      )}
      <Several
        label={t("filter.rule")}
        value={filters.rules}
        onChange={(rules) => onChange({ rules })}
        options={termIds("rules").map((id) => ({ value: id, label: term("rules", id) }))}
        testId="filter-rule"
      />
      <Several
        label={t("filter.camera")}
        value={filters.cameraKeys}
        onChange={(cameraKeys) => onChange({ cameraKeys })}
        options={cameras.map((camera) => ({ value: String(camera.id), label: nameCamera(camera) }))}
        testId="filter-camera"
      />
      <Several
        label={t("filter.risk")}
        value={filters.risks}
        onChange={(risks) => onChange({ risks })}
        options={RISKS.map((id) => ({ value: id, label: term("risk", id) }))}
        testId="filter-risk"
      />
      <FilterSelect<Range | "custom">
        className={styles.select ?? ""}
        placeholder={t("filter.time")}
        aria-label={t("filter.time")}
        value={filters.range ?? (isCustom ? "custom" : null)}
        onChange={(value: Range | "custom" | undefined) => {
          setCustom(value === "custom");
          const range = value === "custom" ? null : (value ?? null);
          onChange({ range, from: null, to: null });
        }}
        options={[
          ...RANGES.map((range) => ({ value: range, label: t(`filter.range.${range}`) })),
          { value: "custom" as const, label: t("filter.range.custom") },
        ]}
        data-testid="filter-time"
      />
      {isCustom && (
        <Suspense>
          <CustomRange from={filters.from} to={filters.to} onChange={onChange} />
        </Suspense>
      )}
      <SearchBox
        text={filters.text}
        onSearch={search}
        placeholder={t("filter.text")}
        label={t("filter.textHint")}
        className={styles.search}
        suffix={<kbd>{"/"}</kbd>}
        box={searchBox}
        testId="filter-text"
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

/** Any number of some values; none chosen is no filter. */
function Several<T extends string>({ label, value, onChange, options, testId }: SeveralProps<T>) {
  return (
    <FilterSelect<T[]>
      {...SEVERAL}
      className={styles.select ?? ""}
      data-chosen={value.length > 0}
      popupMatchSelectWidth={false}
      placeholder={label}
      aria-label={label}
      showSearch={{ optionFilterProp: "label" }}
      value={value}
      onChange={onChange}
      options={options}
      data-testid={testId}
    />
  );
}
