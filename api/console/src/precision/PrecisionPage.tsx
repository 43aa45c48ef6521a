import { DownloadOutlined, PieChartOutlined } from "@ant-design/icons";
import { Alert, Button, Segmented, Tag } from "antd";
import { useTranslation } from "react-i18next";

import { precisionFile } from "../http/files";
import type { PrecisionReport } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { formatExact } from "../time/format";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect } from "../ui/FilterSelect";
import { ListBar } from "../ui/ListBar";
import { usePreferences } from "../ui/preferences";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { BehindDrawer } from "./Behind";
import { countOf, DAYS, judged, linesOf, MAX_LOST, readBehind, VIEWS, type View } from "./precision";
import styles from "./precision.module.css";
import { PrecisionTable } from "./PrecisionTable";
import { Share } from "./Share";
import { usePrecision, usePrecisionFilters } from "./usePrecision";

/** How often are alerts true, why are they not, and which threshold would have made a difference? */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  const { language } = usePreferences();
  usePageTitle(t("keeping.precision"));
  const filters = usePrecisionFilters();
  const query = usePrecision(filters);
  const [by, count] = useUrlFilter("by");
  const [open, setOpen] = useUrlFilter("behind");
  const view = VIEWS.find((each) => each === by) ?? "rule_model";
  const behind = readBehind(open, termIds("false_positive_reason"));
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const report = query.data;
  return (
    <div className={styles.sheet} data-testid="precision-page">
      <ListBar
        title={t("keeping.precision")}
        query={query}
        actions={
          may("export") && (
            <Button
              size="small"
              icon={<DownloadOutlined />}
              href={precisionFile(filters, language)}
              download
              data-testid="precision-export"
            >
              {t("audit.export")}
            </Button>
          )
        }
      >
        <Filters />
      </ListBar>
      <div className={styles.page}>
        {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
        {report && linesOf(report, "rule").length === 0 && (
          <StatePanel
            testId="precision-empty"
            icon={<PieChartOutlined />}
            title={t("precision.empty")}
            text={t("precision.emptyText")}
          />
        )}
        {report && linesOf(report, "rule").length > 0 && (
          <>
            <Summary report={report} asked={filters.days ?? report.days} />
            <Segmented<View>
              className={styles.views}
              size="small"
              value={view}
              onChange={(next) => count(next === "rule_model" ? null : next)}
              options={VIEWS.map((value) => ({ value, label: t(`precision.views.${value}`) }))}
              data-testid="precision-by"
            />
            <PrecisionTable report={report} view={view} />
            {countOf(report, view) > linesOf(report, view).length && (
              <p className={styles.muted}>
                {t("precision.more", { shown: linesOf(report, view).length, all: countOf(report, view) })}
              </p>
            )}
          </>
        )}
      </div>
      {behind && may("view_alerts") && (
        <BehindDrawer filters={filters} behind={behind} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}

function Summary({ report, asked }: { report: PrecisionReport; asked: number }) {
  const { t } = useTranslation();
  const { total, days, since } = report;
  return (
    <section className={styles.summary} data-testid="precision-summary">
      <p>
        {t("precision.summary", {
          since: formatExact(since).slice(0, 10),
          judged: judged(total),
          pending: total.pending_review,
        })}
      </p>
      <Share figures={total} />
      {days < asked && <Alert type="info" showIcon title={t("precision.shortened", { count: days })} />}
    </section>
  );
}

function Filters() {
  const { t } = useTranslation();
  const term = useTerm();
  const schools = useSchoolOptions();
  const [days, setDays] = useUrlFilter("days");
  const [school, setSchool] = useUrlFilter("school");
  const [rule, setRule] = useUrlFilter("rule");
  const [lost, setLost] = useUrlFilter("lost");
  const [camera, setCamera] = useUrlFilter("camera");
  const common = { popupMatchSelectWidth: false, style: { minWidth: 120 } };
  return (
    <>
      <FilterSelect<string>
        {...common}
        allowClear={false}
        aria-label={t("filter.time")}
        value={days ?? "90"}
        onChange={(value) => setDays(value === "90" ? null : value)}
        options={DAYS.map((n) => ({ value: String(n), label: t("precision.days", { count: n }) }))}
        data-testid="precision-days"
      />
      {schools.length > 1 && (
        <FilterSelect<string>
          {...common}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("filter.school")}
          aria-label={t("filter.school")}
          value={school}
          onChange={(value: string | undefined) => setSchool(value ?? null)}
          options={schools}
          data-testid="precision-school"
        />
      )}
      <FilterSelect<string>
        {...common}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("filter.rule")}
        aria-label={t("filter.rule")}
        value={rule}
        onChange={(value: string | undefined) => setRule(value ?? null)}
        options={termIds("rules").map((value) => ({ value, label: term("rules", value) }))}
        data-testid="precision-rule"
      />
      <FilterSelect<string>
        {...common}
        allowClear={false}
        aria-label={t("precision.mayLose")}
        value={lost ?? "0"}
        onChange={(value) => setLost(value === "0" ? null : value)}
        options={MAX_LOST.map((n) => ({
          value: String(n),
          label: t(n === 0 ? "precision.loseNone" : "precision.loseSome", { n }),
        }))}
        data-testid="precision-lost"
      />
      {camera && (
        <Tag closable onClose={() => setCamera(null)} data-testid="precision-camera">
          {t("precision.oneCamera")}
        </Tag>
      )}
    </>
  );
}
