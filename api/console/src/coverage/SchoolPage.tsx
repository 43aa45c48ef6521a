import { WarningFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { usePreferences } from "../ui/preferences";
import type { CoverageDetail, CoverageRow, CoveringCamera, RequirementSource } from "../http/types";
import { useTerm } from "../i18n/terms";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { usePageTitle } from "../ui/usePageTitle";
import { VerdictMark } from "../verdict/VerdictMark";
import { byUrgency, reasons } from "./coverage";
import styles from "./coverage.module.css";
import { CoverageMark } from "./Marks";
import { PlanSection } from "./plan/PlanSection";
import { useSchoolCoverage } from "./useCoverage";
import { schoolName } from "../schools/schoolName";

/** One school: each place asked for, the cameras that hang there, and who asks for it. */
export function Component() {
  const { t } = useTranslation();
  const { schoolId = "" } = useParams();
  const query = useSchoolCoverage(schoolId);
  const school = query.data;
  usePageTitle(school ? `${t("nav.coverage")} · ${schoolName(school.school)}` : t("nav.coverage"));
  if (query.isError && !school) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCoverage")} />;
  }
  return (
    <div className={styles.page} data-testid="school-coverage">
      <ListBar title={t("nav.coverage")} query={query}>
        <Link to="/coverage">{t("coverage.allSchools")}</Link>
      </ListBar>
      {!school && <div className={styles.skeleton} aria-busy="true" />}
      {school && (
        <div className={styles.box}>
          <h2 className={styles.name}>{schoolName(school.school)}</h2>
          <p className={styles.verdict} data-testid="coverage-sentence">
            <VerdictMark verdict={school.verdict} /> {reasons(t, school)}
          </p>
          <Trespasses school={school} />
          <PlanSection school={school} />
          {school.profiles.length === 0 && <p>{t("coverage.noProfile")}</p>}
          {school.profiles.map((profile) => (
            <Checklist key={profile.profile} name={profile.name} rows={profile.rows} />
          ))}
          {school.unplaced.length > 0 && (
            <section>
              <h3 className={styles.caption}>{t("coverage.unplacedTitle")}</h3>
              <p className={styles.muted}>{t("coverage.unplacedText")}</p>
              <Cameras cameras={school.unplaced} />
            </section>
          )}
        </div>
      )}
    </div>
  );
}

/** Said before anything else, as the law says it. */
function Trespasses({ school }: { school: CoverageDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (school.forbidden.length === 0) return null;
  return (
    <section role="alert" className={styles.forbidden} data-testid="coverage-forbidden">
      <strong>
        <WarningFilled aria-hidden="true" />{" "}
        {t("coverage.forbiddenCameras", { count: school.forbidden_count })}
      </strong>
      <p>{t("coverage.forbiddenText")}</p>
      {school.forbidden.map((place) => (
        <div key={place.place_id}>
          {place.name} · {term("place_kind", place.kind)} · <Source source={place.source} />
          <Cameras cameras={place.cameras} />
        </div>
      ))}
    </section>
  );
}

function Checklist({ name, rows }: { name: { zh: string; en: string }; rows: CoverageRow[] }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  return (
    <section>
      <h3 className={styles.caption}>{name[language]}</h3>
      <ul className={styles.rows}>
        {byUrgency(rows).map((row) => (
          <li key={row.id} className={styles.row} data-testid="coverage-row" data-state={row.state}>
            <div>
              <strong>{term("place_kind", row.kind)}</strong>{" "}
              <span className={styles.muted}>{term("level", row.level)}</span>
            </div>
            <div>
              <CoverageMark state={row.state} />
              {row.why !== "fine" && (
                <span className={styles.why}>{term("coverage_why", row.why)}</span>
              )}
            </div>
            <div className={styles.places}>
              {row.places.map((place) => (
                <div key={place.place_id}>
                  {place.name}
                  {place.cameras.length === 0 ? (
                    <span className={styles.muted}> {t("coverage.noCamera")}</span>
                  ) : (
                    <Cameras cameras={place.cameras} />
                  )}
                </div>
              ))}
            </div>
            <div className={styles.muted}>
              <Source source={row.source} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Source({ source }: { source: RequirementSource }) {
  const term = useTerm();
  const { language } = usePreferences();
  return (
    <>
      {source.text[language]} {source.clause}
      {source.reading !== "verified" && (
        <span className={styles.unread}> {term("reading", source.reading)}</span>
      )}
    </>
  );
}

function Cameras({ cameras }: { cameras: readonly CoveringCamera[] }) {
  const term = useTerm();
  const { schoolId = "" } = useParams();
  return (
    <ul className={styles.cameras}>
      {cameras.map((camera) => (
        <li key={camera.camera_key}>
          <Link to={`/cameras?school=${encodeURIComponent(schoolId)}`}>{camera.name}</Link>{" "}
          <span className={styles.muted}>{term("sight", camera.sight)}</span>
        </li>
      ))}
    </ul>
  );
}
