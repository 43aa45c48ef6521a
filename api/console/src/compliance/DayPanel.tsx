import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { floorDays, floorPercent } from "../footage/retention";
import type { CameraDay, FormerVerdict, SchoolDayRow } from "../http/types";
import { useMay } from "../session/policy";
import { formatDuration } from "../time/format";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { Asked } from "./Asked";
import styles from "./district.module.css";
import { JudgeAgainForm } from "./JudgeAgainForm";
import { KindMark } from "./KindMark";
import { byKind, kindOf } from "./kinds";
import { useCameraDay, useSchoolDay } from "./useDistrict";

/** What one camera's footage proved on one day, and what it was judged by. */
type DayVerdict = Omit<FormerVerdict, "replaced_at" | "replaced_by" | "reason">;

interface Props {
  schoolId: string;
  day: string;
  cameraKey: number | null;
  onClose: () => void;
}

/** Was it compliant on that day, under the rule of then? */
export function DayPanel({ schoolId, day, cameraKey, onClose }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [judging, setJudging] = useState(false);
  return (
    <Drawer
      open
      size={640}
      onClose={onClose}
      title={t("compliance.ofDay", { day })}
      extra={
        may("manage_compliance") && (
          <Button size="small" onClick={() => setJudging(true)} data-testid="judge-day">
            {t("compliance.judgeAgain")}
          </Button>
        )
      }
    >
      <div data-testid="day-panel">
        {cameraKey === null ? (
          <SchoolOnDay schoolId={schoolId} day={day} />
        ) : (
          <CameraOnDay cameraKey={cameraKey} day={day} />
        )}
      </div>
      {judging && <JudgeAgainForm day={day} onClose={() => setJudging(false)} />}
    </Drawer>
  );
}

function useDayAddress(): (day: string, camera: number | null) => string {
  const [params] = useSearchParams();
  return (day, camera) => {
    const next = new URLSearchParams(params);
    next.set("day", day);
    if (camera === null) next.delete("camera");
    else next.set("camera", String(camera));
    return `?${next.toString()}`;
  };
}

function SchoolOnDay({ schoolId, day }: { schoolId: string; day: string }) {
  const { t } = useTranslation();
  const query = useSchoolDay(schoolId, day);
  const address = useDayAddress();
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  return (
    <ul className={styles.lines}>
      {byKind<SchoolDayRow>(query.data?.cameras ?? []).map((camera) => (
        <li key={camera.camera_key} data-testid="day-camera">
          <Link to={address(day, camera.camera_key)}>{camera.name}</Link>
          <KindMark kind={kindOf(camera)} />
          {camera.state !== "unknown" && (
            <span>{t("compliance.facts", { n: floorPercent(camera.completeness), days: floorDays(camera.proven_days) })}</span>
          )}
          <span className={styles.muted}>
            {camera.requirement.least
              ? t("compliance.least", { count: camera.requirement.least.days })
              : t("compliance.nothingAsked")}
          </span>
        </li>
      ))}
    </ul>
  );
}

function CameraOnDay({ cameraKey, day }: { cameraKey: number; day: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = useCameraDay(cameraKey, day);
  const address = useDayAddress();
  const found: CameraDay | undefined = query.data;
  if (query.isError && !found) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  if (!found) return <div className={styles.skeleton} aria-busy="true" />;
  return (
    <>
      <h3 className={styles.caption}>{found.name}</h3>
      <Facts verdict={found} />
      <p className={styles.doors}>
        {may("play_recordings") && (
          <Link to={`/recordings/${cameraKey}?day=${day}`} data-testid="day-recordings">
            {t("retention.recordings")}
          </Link>
        )}
        <Link to={address(day, null)}>{t("compliance.allOnDay")}</Link>
      </p>
      {found.former.length > 0 && (
        <section data-testid="former">
          <h3 className={styles.caption}>{t("compliance.former")}</h3>
          {found.former.map((former) => (
            <Former key={former.replaced_at} former={former} />
          ))}
        </section>
      )}
    </>
  );
}

function Former({ former }: { former: FormerVerdict }) {
  const { t } = useTranslation();
  return (
    <div className={styles.former}>
      <p>
        {t("compliance.replaced", { by: former.replaced_by, reason: former.reason })}{" "}
        <Exact moment={former.replaced_at} className={styles.muted} />
      </p>
      <Facts verdict={former} />
    </div>
  );
}

/** The verdict, what it rests on, and the rule it was made by. */
function Facts({ verdict }: { verdict: DayVerdict }) {
  const { t } = useTranslation();
  const { as_of: told, judged_at: judged, day_missing_s: missing } = verdict;
  const isUnknown = verdict.state === "unknown";
  return (
    <>
      <p>
        <KindMark kind={kindOf(verdict)} />{" "}
        {told === null && <span className={styles.muted}>{t("compliance.nobodyTold")}</span>}
      </p>
      <dl className={styles.dl}>
        <dt>{t("retention.completeness")}</dt>
        <dd>
          {isUnknown ? t("compliance.notKnown") : t("retention.percent", { n: floorPercent(verdict.completeness) })}
        </dd>
        <dt>{t("retention.proven")}</dt>
        <dd>{t("retention.days", { n: floorDays(verdict.proven_days) })}</dd>
        <dt>{t("retention.missing")}</dt>
        <dd>
          {verdict.gap_count > 0
            ? t("retention.gapSum", { count: verdict.gap_count, length: formatDuration(t, verdict.gap_s) })
            : t(isUnknown ? "compliance.notKnown" : "retention.none")}
        </dd>
        <dt>{t("compliance.dayMissing")}</dt>
        <dd>{missing === null ? t("compliance.notKnown") : formatDuration(t, missing)}</dd>
        {told && (
          <>
            <dt>{t("retention.asOf")}</dt>
            <dd>
              <Exact moment={told} />
            </dd>
          </>
        )}
        {judged && (
          <>
            <dt>{t("compliance.judgedAt")}</dt>
            <dd>
              <Exact moment={judged} />
            </dd>
          </>
        )}
      </dl>
      <h4 className={styles.caption}>{t(judged ? "compliance.ruleThen" : "compliance.ruleNow")}</h4>
      <Asked requirement={verdict.requirement} />
    </>
  );
}
