import { DownloadOutlined, SafetyOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import { hazardsFile } from "../http/files";
import { keys } from "../http/keys";
import type { HazardFilters, HazardPage, HazardRow, HazardState } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { titleOf } from "../inspection/words";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect } from "../ui/FilterSelect";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { usePreferences } from "../ui/preferences";
import { StatePanel } from "../ui/StatePanel";
import { WideTable } from "../ui/WideTable";
import { KINDS, KindSelect, SUBJECTS, SubjectSelect } from "./choices";
import { HazardOrderMark } from "./HazardOrderMark";
import styles from "./inspections.module.css";
import { schoolName } from "../schools/schoolName";

const STATES = ["open", "overdue", "to_check", "closed"] as const satisfies HazardState[];
const GRADES = ["general", "major"] as const;

function useFilters(): HazardFilters & { one: HazardState } {
  const [school] = useUrlFilter("school");
  const [grade] = useUrlFilter("grade");
  const [state] = useUrlFilter("state");
  const [kind] = useUrlFilter("hazardKind");
  const [subject] = useUrlFilter("hazardSubject");
  const pick = <T extends string>(known: readonly T[], value: string | null) =>
    known.filter((each) => each === value);
  const one = STATES.find((each) => each === state) ?? "open";
  return {
    one,
    state: [one],
    ...(school ? { school_id: [school] } : {}),
    grade: pick(GRADES, grade),
    kind: pick(KINDS, kind),
    subject: pick(SUBJECTS, subject),
  };
}

/** Every hazard that a signed form names, and what became of it, 隐患台账. */
export function Ledger({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const { language } = usePreferences();
  const { one, ...filters } = useFilters();
  const [, setState] = useUrlFilter("state");
  const query = useInfiniteQuery({
    queryKey: keys.hazards(filters),
    queryFn: ({ pageParam }) => api.hazards(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page: HazardPage) => page.next_cursor,
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const pages = query.data?.pages ?? [];
  const counts = pages[0]?.counts;
  const rows = pages.flatMap((page) => page.items);
  return (
    <>
      <ListBar
        title={t("inspection.views.ledger")}
        query={query}
        actions={
          may("export") && (
            <Button
              size="small"
              icon={<DownloadOutlined />}
              href={hazardsFile(filters, language)}
              download
              data-testid="hazards-export"
            >
              {t("inspection.export")}
            </Button>
          )
        }
      >
        {tabs}
        <CountedTabs<HazardState>
          value={one}
          onChange={(next) => setState(next === "open" ? null : next)}
          tabs={STATES.map((value) => ({
            value,
            name: term("hazard_state", value),
            count: counts?.[value] ?? 0,
          }))}
          testId="hazard-states"
        />
        <Filters />
      </ListBar>
      <div className={styles.page}>
        {query.data && rows.length === 0 ? (
          <StatePanel
            testId="no-hazards"
            icon={<SafetyOutlined />}
            title={t("inspection.noHazards")}
            text={t("inspection.noHazardsText")}
          />
        ) : (
          <Hazards rows={rows} loading={query.isPending} />
        )}
        {query.hasNextPage && (
          <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("audit.more")}
          </Button>
        )}
      </div>
    </>
  );
}

function Filters() {
  const { t } = useTranslation();
  const term = useTerm();
  const schools = useSchoolOptions();
  const [school, setSchool] = useUrlFilter("school");
  const [grade, setGrade] = useUrlFilter("grade");
  const [kind, setKind] = useUrlFilter("hazardKind");
  const [subject, setSubject] = useUrlFilter("hazardSubject");
  const common = { popupMatchSelectWidth: false, style: { minWidth: 120 } };
  return (
    <>
      {schools.length > 1 && (
        <FilterSelect<string>
          {...common}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("filter.school")}
          aria-label={t("filter.school")}
          value={school}
          onChange={(value: string | undefined) => setSchool(value ?? null)}
          options={schools}
          data-testid="hazard-school"
        />
      )}
      <FilterSelect<string>
        {...common}
        placeholder={t("forms.grade")}
        aria-label={t("forms.grade")}
        value={grade}
        onChange={(value: string | undefined) => setGrade(value ?? null)}
        options={termIds("hazard_grade").map((value) => ({ value, label: term("hazard_grade", value) }))}
        data-testid="hazard-grade"
      />
      <KindSelect value={kind} onChange={setKind} clear />
      <SubjectSelect value={subject} onChange={setSubject} clear />
    </>
  );
}

function Hazards({ rows, loading }: { rows: HazardRow[]; loading: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  const column = (key: string) => term("hazard_column", key);
  const columns: TableColumnsType<HazardRow> = [
    {
      title: column("school"),
      key: "school",
      render: (_, { school, visitor }) => (
        <>
          <strong>{schoolName(school)}</strong>
          {visitor && (
            <div className={styles.muted}>{t("inspection.visitor", { school: visitor.name })}</div>
          )}
        </>
      ),
    },
    {
      title: column("note"),
      key: "note",
      render: (_, { note, demand, rank }) => (
        <div className={styles.wide}>
          {note}
          <div className={styles.muted}>
            {term("inspection_rank", rank)} · {demand[language]}
          </div>
        </div>
      ),
    },
    {
      title: column("grade"),
      key: "grade",
      render: (_, { hazard }) => (
        <span className={hazard.grade === "major" ? styles.major : undefined}>
          {term("hazard_grade", hazard.grade)}
        </span>
      ),
    },
    {
      title: column("rectify_by"),
      key: "rectify_by",
      render: (_, { hazard }) => hazard.rectify_by ?? term("hazard_at_once", "at_once"),
    },
    {
      title: column("state"),
      key: "state",
      render: (_, { hazard }) => <HazardOrderMark order={hazard.order} />,
    },
    {
      title: column("kind"),
      key: "kind",
      render: (_, row) => (
        <>
          <Link to={`/inspections/${row.inspection_id}`} className={styles.door}>
            {titleOf(t, term, { ...row, last_day: row.first_day })}
          </Link>
          <div className={styles.muted}>
            {row.signer} <Exact moment={row.found_at} />
          </div>
        </>
      ),
    },
  ];
  return (
    <WideTable<HazardRow>
      rowKey="item_id"
      size="small"
      loading={loading}
      dataSource={rows}
      columns={columns}
      pagination={false}
      onRow={({ item_id }) =>
        ({ "data-testid": "hazard", "data-item": item_id }) as React.HTMLAttributes<HTMLElement>
      }
    />
  );
}
