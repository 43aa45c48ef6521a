import { DownloadOutlined, HddOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";

import { Freshness } from "../alerts/queue/Freshness";
import { usePreferences } from "../app/preferences";
import { retentionFile } from "../http/api";
import type { RetentionState } from "../http/types";
import { useTerm } from "../i18n/terms";
import { knownKey } from "../schools/schools";
import { SchoolSelect } from "../schools/SchoolSelect";
import { useUrlFilter } from "../schools/useUrlFilter";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import styles from "./compliance.module.css";
import { nobodyReports, RETENTION_STATES, retentionBySchool } from "./retention";
import { SchoolTable } from "./SchoolTable";
import { useRetention } from "./useRetention";

type Filter = "all" | RetentionState;

function readFilter(value: string | null): Filter {
  return RETENTION_STATES.find((state) => state === value) ?? "all";
}

/** Is every camera's footage kept as long as it must be, and how do we know? */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useRetention();
  const { language } = usePreferences();
  const [stateInUrl, setState] = useUrlFilter("state");
  const [schoolInUrl, setSchool] = useUrlFilter("school");
  const filter = readFilter(stateInUrl);

  if (query.isError && !query.data) {
    return (
      <ErrorPanel
        error={query.error}
        stillWorks={t("error.stillWorksRetention")}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const all = query.data?.items ?? [];
  const schools = retentionBySchool(all);
  const school = knownKey(schools, schoolInUrl);
  const looked = schools.filter((each) => school === null || each.key === school);
  const rows = looked.flatMap((each) => each.rows);
  const shown = looked.filter((each) => filter === "all" || each.rows.some((row) => row.state === filter));
  const filters: Filter[] = [
    "all",
    ...RETENTION_STATES.filter((state) => state === filter || rows.some((row) => row.state === state)),
  ];
  const count = (each: Filter) =>
    each === "all" ? rows.length : rows.filter((row) => row.state === each).length;
  return (
    <div className={styles.page} data-testid="retention-page">
      <header className={styles.bar}>
        <h1 className="visually-hidden">{t("nav.retention")}</h1>
        <Segmented<Filter>
          size="small"
          value={filter}
          onChange={(next) => setState(next === "all" ? null : next)}
          options={filters.map((each) => ({
            value: each,
            label: (
              <span>
                {each === "all" ? t("retention.all") : term("retention_state", each)}{" "}
                <span className={styles.count}>{count(each)}</span>
              </span>
            ),
          }))}
          data-testid="retention-filter"
        />
        <SchoolSelect groups={schools} value={school} onChange={setSchool} />
        <span className={styles.spacer} />
        <Freshness updatedAt={query.dataUpdatedAt} failed={query.isError} />
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined spin={query.isRefetching} />}
          onClick={() => void query.refetch()}
          aria-label={t("action.refresh")}
        />
        <Button
          size="small"
          icon={<DownloadOutlined />}
          href={retentionFile(language)}
          download
          disabled={all.length === 0}
          data-testid="retention-export"
        >
          {t("retention.export")}
        </Button>
      </header>
      {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
      {query.data && nobodyReports(all) && (
        <StatePanel
          testId="retention-empty"
          icon={<HddOutlined />}
          hatched
          title={t("retention.empty")}
          text={t("retention.emptyText")}
        />
      )}
      {query.data && all.length > 0 && shown.length === 0 && (
        <StatePanel
          testId="no-retention-in-state"
          title={t("retention.noneInState", {
            state: filter === "all" ? t("retention.all") : term("retention_state", filter),
          })}
        />
      )}
      {shown.map((each) => (
        <SchoolTable key={each.key} school={each} state={filter === "all" ? null : filter} />
      ))}
    </div>
  );
}
