import { SafetyCertificateOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { floorDays, floorPercent } from "../footage/retention";
import type { CoverageVerdict, SchoolCompliance } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { formatDuration } from "../time/format";
import { ErrorPanel } from "../ui/ErrorPanel";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { usePreferences } from "../ui/preferences";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { Ring } from "../verdict/Ring";
import { coverageRing, retentionRing, VERDICTS, worstFirst } from "../verdict/verdict";
import { VerdictMark } from "../verdict/VerdictMark";
import styles from "./district.module.css";
import { Judgements } from "./Judgements";
import { JudgeAgainForm } from "./JudgeAgainForm";
import { KindMark } from "./KindMark";
import { countsOf } from "./kinds";
import { useDistrict } from "./useDistrict";
import { schoolName } from "../schools/schoolName";

type Filter = "all" | CoverageVerdict;

/** Does each school's video meet the rules, in a sentence; the worst school first. */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const query = useDistrict();
  const [inUrl, setVerdict] = useUrlFilter("verdict");
  const [judging, setJudging] = useState(false);
  usePageTitle(t("compliance.title"));
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  const all = worstFirst(query.data?.items ?? []);
  const filter: Filter = VERDICTS.find((each) => each === inUrl) ?? "all";
  const isIn = ({ verdict }: SchoolCompliance, each: Filter) => each === "all" || verdict === each;
  const shown = all.filter((school) => isIn(school, filter));
  const filters: Filter[] = ["all", ...VERDICTS.filter((each) => each === filter || all.some((one) => isIn(one, each)))];
  const name = (each: Filter) => (each === "all" ? t("retention.all") : term("coverage_verdict", each));
  return (
    <div className={styles.page} data-testid="district-page">
      <ListBar
        title={t("compliance.title")}
        query={query}
        actions={
          may("manage_compliance") && (
            <Button size="small" onClick={() => setJudging(true)} data-testid="judge-again">
              {t("compliance.judgeAgain")}
            </Button>
          )
        }
      >
        <CountedTabs
          value={filter}
          onChange={(next) => setVerdict(next === "all" ? null : next)}
          tabs={filters.map((value) => ({
            value,
            name: name(value),
            count: all.filter((school) => isIn(school, value)).length,
          }))}
          testId="district-filter"
        />
        <Link to="/overview" data-testid="to-overview">
          {t("overview.title")}
        </Link>
      </ListBar>
      <div className={styles.box}>
        {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
        {query.data && all.length === 0 && (
          <StatePanel
            testId="district-empty"
            icon={<SafetyCertificateOutlined />}
            hatched
            title={t("coverage.empty")}
            text={t("coverage.emptyText")}
          />
        )}
        {all.length > 0 && (
          <p className={styles.lead} data-testid="district-sentence">
            {t("coverage.ofSchools", {
              count: all.length,
              failing: all.filter(({ verdict }) => verdict === "fails").length,
            })}
          </p>
        )}
        <ul className={styles.schools}>
          {shown.map((each) => (
            <School key={each.school.school_id} school={each} />
          ))}
        </ul>
        {may("manage_compliance") && <Judgements />}
      </div>
      {judging && <JudgeAgainForm day={null} onClose={() => setJudging(false)} />}
    </div>
  );
}

function School({ school }: { school: SchoolCompliance }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const id = encodeURIComponent(school.school.school_id);
  const proven = school.least_proven_days;
  return (
    <li className={styles.school} data-testid="district-school" data-verdict={school.verdict}>
      <div className={styles.who}>
        <Link to={`/compliance/${id}`} className={styles.name}>
          {schoolName(school.school)}
        </Link>
        <VerdictMark verdict={school.verdict} />
        <p>{school.sentence[language]}</p>
        <Worst school={school} />
      </div>
      <Link to={`/coverage/${id}`} className={styles.door} data-testid="district-coverage">
        <Ring name={t("compliance.coverage")} {...coverageRing(school)} />
      </Link>
      <Link to={`/compliance/${id}`} className={styles.door} data-testid="district-retention">
        <Ring name={t("compliance.retention")} {...retentionRing(school)} />
      </Link>
      <Link to={`/compliance/${id}`} className={styles.door}>
        {t("compliance.leastProven")}
        <strong className={styles.figure}>
          {proven === null ? t("compliance.notKnown") : t("retention.days", { n: floorDays(proven) })}
        </strong>
      </Link>
      <div className={styles.kinds}>
        {countsOf(school).map(({ kind, count }) => (
          <Link key={kind} to={`/compliance/${id}?show=${kind}`} data-testid={`district-${kind}`}>
            <KindMark kind={kind} /> <strong>{count}</strong>
          </Link>
        ))}
      </div>
    </li>
  );
}

function Worst({ school: { school, worst } }: { school: SchoolCompliance }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (!worst) return null;
  return (
    <p className={styles.muted}>
      <Link to={`/compliance/${encodeURIComponent(school.school_id)}?show=${worst.state}`}>
        {t("compliance.worst", {
          name: worst.name,
          state: term("retention_state", worst.state),
          percent: floorPercent(worst.completeness),
        })}
      </Link>
      {worst.gap_s > 0 && ` ${t("compliance.missing", { length: formatDuration(t, worst.gap_s) })}`}
    </p>
  );
}
