import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";

import type { SchoolFootage } from "../http/types";
import { useUrlFilter } from "../schools/useUrlFilter";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { usePreferences } from "../ui/preferences";
import { usePageTitle } from "../ui/usePageTitle";
import { Ring } from "../verdict/Ring";
import { coverageRing, retentionRing } from "../verdict/verdict";
import { VerdictMark } from "../verdict/VerdictMark";
import { Asked } from "./Asked";
import { DayPanel } from "./DayPanel";
import styles from "./district.module.css";
import { daysBetween } from "./heat";
import { HeatMap, InWords, Legend } from "./HeatMap";
import { KindMark } from "./KindMark";
import { byKind, countsOf, kindOf, readKind } from "./kinds";
import { Overrides } from "./Overrides";
import { SchoolGaps } from "./SchoolGaps";
import { SchoolRecovered } from "./SchoolRecovered";
import { useSchoolFootage } from "./useDistrict";
import { schoolName } from "../schools/schoolName";

const SPANS = [30, 90, 180] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** One school: its sentence, its cameras day by day, and each gap with its cause. */
export function Component() {
  const { t } = useTranslation();
  const { schoolId = "" } = useParams();
  const [daysInUrl, setDays] = useUrlFilter("days");
  const days = SPANS.find((span) => String(span) === daysInUrl) ?? SPANS[0];
  const query = useSchoolFootage(schoolId, days);
  const school = query.data;
  usePageTitle(t("compliance.title"), schoolName(school?.school));
  if (query.isError && !school) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  return (
    <div className={`${styles.page} ${styles.sheet}`} data-testid="school-footage">
      <ListBar title={t("compliance.title")} query={query}>
        <Link to="/compliance">{t("coverage.allSchools")}</Link>
        <Segmented<number>
          size="small"
          value={days}
          onChange={(next) => setDays(next === SPANS[0] ? null : String(next))}
          options={SPANS.map((value) => ({ value, label: t("compliance.lastDays", { count: value }) }))}
          data-testid="footage-days"
        />
      </ListBar>
      <div className={styles.box}>
        {school ? <School school={school} /> : <div className={styles.skeleton} aria-busy="true" />}
      </div>
      <OpenDay schoolId={schoolId} />
    </div>
  );
}

function School({ school }: { school: SchoolFootage }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const [shown] = useUrlFilter("show");
  const kind = readKind(shown);
  const id = school.school.school_id;
  const cameras = byKind(school.cameras).filter((camera) => kind === null || kindOf(camera) === kind);
  const days = daysBetween(school.from_day, school.until_day);
  return (
    <>
      <h2 className={styles.schoolName}>
        {schoolName(school.school)} <VerdictMark verdict={school.verdict} />
      </h2>
      <p className={styles.lead} data-testid="school-sentence">
        {school.sentence[language]}
      </p>
      <div className={styles.figures}>
        <Link to={`/coverage/${encodeURIComponent(id)}`} className={styles.door}>
          <Ring name={t("compliance.coverage")} {...coverageRing(school)} />
        </Link>
        <Link to="?" className={styles.door}>
          <Ring name={t("compliance.retention")} {...retentionRing(school)} />
        </Link>
        <Kinds school={school} chosen={kind} />
      </div>
      <Asked requirement={school.requirement} />
      {cameras.length === 0 ? (
        <p className={styles.muted}>{t(kind ? "compliance.noneOfKind" : "compliance.noCameras")}</p>
      ) : (
        <>
          <Legend days={days} />
          <HeatMap cameras={cameras} days={days} />
          <InWords cameras={cameras} days={days} />
          <SchoolGaps cameras={cameras} timeZone={school.time_zone} />
        </>
      )}
      <SchoolRecovered schoolId={id} />
      <Overrides schoolId={id} />
    </>
  );
}

/** A number is a door: each leaves the cameras it counts. */
function Kinds({ school, chosen }: { school: SchoolFootage; chosen: string | null }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const to = (kind: string | null) => {
    const next = new URLSearchParams(params);
    if (kind === null) next.delete("show");
    else next.set("show", kind);
    return `?${next.toString()}`;
  };
  return (
    <div className={styles.kinds}>
      {countsOf(school).map(({ kind, count }) => (
        <Link key={kind} to={to(kind)} aria-current={kind === chosen ? "true" : undefined} data-testid={`show-${kind}`}>
          <KindMark kind={kind} /> <strong>{count}</strong>
        </Link>
      ))}
      {chosen && (
        <Link to={to(null)} className={styles.noPrint} data-testid="show-all">
          {t("compliance.allCameras")}
        </Link>
      )}
    </div>
  );
}

/** In the address, so that a day's verdict can be sent to a colleague. */
function OpenDay({ schoolId }: { schoolId: string }) {
  const [params, setParams] = useSearchParams();
  const day = params.get("day");
  const camera = Number(params.get("camera"));
  if (!day || !DAY.test(day)) return null;
  const close = () => {
    const next = new URLSearchParams(params);
    next.delete("day");
    next.delete("camera");
    setParams(next, { replace: true });
  };
  return (
    <DayPanel
      schoolId={schoolId}
      day={day}
      cameraKey={Number.isInteger(camera) && camera > 0 ? camera : null}
      onClose={close}
    />
  );
}
