import { EnvironmentOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { VerdictMark } from "../verdict/VerdictMark";
import { reasons, worstFirst } from "./coverage";
import styles from "./coverage.module.css";
import { useCoverage } from "./useCoverage";
import { schoolName } from "../schools/schoolName";

/** Are there cameras in the places that the rules name, school by school? */
export function Component() {
  const { t } = useTranslation();
  const query = useCoverage();
  usePageTitle(t("nav.coverage"));
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCoverage")} />;
  }
  const schools = worstFirst(query.data?.items ?? []);
  const failing = schools.filter(({ verdict }) => verdict === "fails").length;
  return (
    <div className={styles.page} data-testid="coverage-page">
      <ListBar title={t("nav.coverage")} query={query}>
        <p className={styles.lead} data-testid="coverage-sentence">
          {query.data && schools.length > 0
            ? t("coverage.ofSchools", { count: schools.length, failing })
            : ""}
        </p>
      </ListBar>
      {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
      {query.data && schools.length === 0 && (
        <StatePanel
          testId="coverage-empty"
          icon={<EnvironmentOutlined />}
          hatched
          title={t("coverage.empty")}
          text={t("coverage.emptyText")}
        />
      )}
      {schools.length > 0 && (
        <ul className={styles.schools}>
          {schools.map((each) => (
            <li key={each.school.school_id} className={styles.school} data-testid="coverage-school">
              <Link to={`/coverage/${encodeURIComponent(each.school.school_id)}`}>
                {schoolName(each.school)}
              </Link>
              <VerdictMark verdict={each.verdict} />
              <span className={each.forbidden_count > 0 ? styles.shout : undefined}>
                {reasons(t, each)}
              </span>
              {each.unplaced_count > 0 && (
                <span className={styles.muted}>
                  {t("coverage.unplaced", { count: each.unplaced_count })}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
