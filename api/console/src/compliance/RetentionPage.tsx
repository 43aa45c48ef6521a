import { DownloadOutlined, HddOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { usePreferences } from "../ui/preferences";
import { retentionFile } from "../http/files";
import type { RetentionRow } from "../http/types";
import { useTerm } from "../i18n/terms";
import { knownKey } from "../schools/schools";
import { SchoolSelect } from "../schools/SchoolSelect";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import styles from "./compliance.module.css";
import { KINDS, kindOf, readKind, type Kind } from "./kinds";
import { nobodyReports, retentionBySchool, sentencesOf } from "./rows";
import { SchoolTable } from "./SchoolTable";
import { useRetention } from "./useRetention";

type Filter = "all" | Kind;

/** Is every camera's footage kept as long as it must be, and how do we know? */
export function Component() {
  const may = useMay();
  const { t } = useTranslation();
  const term = useTerm();
  const query = useRetention();
  usePageTitle(t("nav.retention"));
  const { language } = usePreferences();
  const [stateInUrl, setState] = useUrlFilter("state");
  const [schoolInUrl, setSchool] = useUrlFilter("school");
  const filter: Filter = readKind(stateInUrl) ?? "all";

  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  const all = query.data?.items ?? [];
  const schools = retentionBySchool(all);
  const school = knownKey(schools, schoolInUrl);
  const looked = schools.filter((each) => school === null || each.key === school);
  const rows = looked.flatMap((each) => each.rows);
  const isIn = (row: RetentionRow, each: Filter) => each === "all" || kindOf(row) === each;
  const shown = looked.filter((each) => each.rows.some((row) => isIn(row, filter)));
  const filters: Filter[] = [
    "all",
    ...KINDS.filter((kind) => kind === filter || rows.some((row) => kindOf(row) === kind)),
  ];
  const name = (each: Filter) => {
    if (each === "all") return t("retention.all");
    if (each === "unconfirmed") return term("coverage_verdict", each);
    return term("retention_state", each === "kept" ? "compliant" : each);
  };
  const sentences = sentencesOf(query.data?.schools ?? []);
  return (
    <div className={styles.page} data-testid="retention-page">
      <ListBar
        title={t("nav.retention")}
        query={query}
        actions={
          <Button
            size="small"
            icon={<DownloadOutlined />}
            href={retentionFile(language)}
            download
            disabled={all.length === 0 || !may("export")}
            data-testid="retention-export"
          >
            {t("retention.export")}
          </Button>
        }
      >
        <CountedTabs
          value={filter}
          onChange={(next) => setState(next === "all" ? null : next)}
          tabs={filters.map((each) => ({
            value: each,
            name: name(each),
            count: rows.filter((row) => isIn(row, each)).length,
          }))}
          testId="retention-filter"
        />
        <SchoolSelect groups={schools} value={school} onChange={setSchool} />
      </ListBar>
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
          title={t("retention.noneInState", { state: name(filter) })}
        />
      )}
      {shown.map((each) => (
        <SchoolTable
          key={each.key}
          school={each}
          sentence={sentences.get(each.key)}
          kind={filter === "all" ? null : filter}
        />
      ))}
    </div>
  );
}
