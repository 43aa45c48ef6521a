import { FullscreenExitOutlined, FullscreenOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCameras } from "../camera/useCameras";
import type { SchoolCompliance } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { formatClock, formatExact } from "../time/format";
import { toServerTime } from "../time/serverClock";
import { useNow } from "../time/useNow";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { usePreferences } from "../ui/preferences";
import { usePageTitle } from "../ui/usePageTitle";
import { worstFirst } from "../verdict/verdict";
import { VerdictMark } from "../verdict/VerdictMark";
import { AlertsCard, TrendCard } from "./AlertCards";
import { CamerasCard, PrecisionCard, RingsCard } from "./FigureCards";
import { camerasOf } from "./overview";
import styles from "./overview.module.css";
import { useSchools } from "./useOverview";
import { schoolName } from "../schools/schoolName";

/** So many schools are ranked on one screen. */
const RANKED = 8;

/** Which school, which class, better or worse? For a leader's desk, and for the wall of a hall. */
export function Component() {
  const { t } = useTranslation();
  const query = useSchools();
  const [wall, setWall] = useUrlFilter("wall");
  const isWall = wall === "1";
  usePageTitle(t("overview.title"));
  useDark(isWall);
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  const schools = worstFirst(query.data?.items ?? []);
  return (
    <div className={isWall ? `${styles.page} ${styles.wall}` : styles.page} data-testid="overview-page" data-wall={isWall}>
      {isWall ? (
        <WallHead onLeave={() => setWall(null)}>
          {query.dataUpdatedAt > 0 && (
            <span>{t("queue.updatedAt", { at: formatClock(toServerTime(query.dataUpdatedAt)) })}</span>
          )}
        </WallHead>
      ) : (
        <ListBar
          title={t("overview.title")}
          query={query}
          actions={
            <Button size="small" icon={<FullscreenOutlined />} onClick={() => setWall("1")} data-testid="to-wall">
              {t("overview.wall")}
            </Button>
          }
        >
          <Link to="/compliance">{t("compliance.title")}</Link>
        </ListBar>
      )}
      <Sentence schools={schools} />
      <div className={styles.cards}>
        <AlertsCard />
        {query.data ? <RingsCard schools={schools} /> : <Waiting />}
        <CamerasCard />
        <PrecisionCard />
        <TrendCard />
        {query.data ? <Ranking schools={schools} /> : <Waiting />}
      </div>
    </div>
  );
}

/** Nothing is said of schools before it is known. */
function Waiting() {
  return (
    <section className={styles.card} aria-busy="true">
      <Skeleton active paragraph={{ rows: 3 }} title={false} />
    </section>
  );
}

/** A hall is dark, whatever an office prefers, and has no menu; only while the wall is shown. */
function useDark(isWall: boolean): void {
  useEffect(() => {
    if (!isWall) return;
    const root = document.documentElement;
    const before = root.dataset.theme;
    root.dataset.theme = "dark";
    root.dataset.hall = "";
    return () => {
      root.dataset.theme = before;
      delete root.dataset.hall;
    };
  }, [isWall]);
}

function WallHead({ onLeave, children }: { onLeave: () => void; children: React.ReactNode }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <header className={styles.head}>
      <h1>{t("overview.title")}</h1>
      <time>
        {formatExact(now).slice(0, 10)} {formatClock(now)}
      </time>
      <span className={styles.spacer} />
      {children}
      <button type="button" className={styles.leave} onClick={onLeave} data-testid="leave-wall">
        <FullscreenExitOutlined aria-hidden="true" /> {t("overview.leaveWall")}
      </button>
    </header>
  );
}

/** No figure calms anybody while nobody looks: blind cameras are said first. */
function Sentence({ schools }: { schools: readonly SchoolCompliance[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const cameras = useCameras().data;
  const blind = camerasOf(cameras?.items ?? []).blind;
  return (
    <p className={styles.lead} data-testid="overview-sentence">
      {may("view_cameras") && blind > 0 && (
        <Link to="/cameras?state=blind" className={styles.blind}>
          {t("blind.count", { count: blind })}
        </Link>
      )}{" "}
      {schools.length > 0 && (
        <Link to="/compliance">
          {t("coverage.ofSchools", {
            count: schools.length,
            failing: schools.filter(({ verdict }) => verdict === "fails").length,
          })}
        </Link>
      )}
    </p>
  );
}

/** The schools that need somebody first; by their verdict, so that a silent one never looks good. */
function Ranking({ schools }: { schools: readonly SchoolCompliance[] }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  return (
    <section className={`${styles.card} ${styles.whole}`} data-testid="overview-ranking">
      <h2>{t("overview.ranking")}</h2>
      {schools.length === 0 && <p className={styles.muted}>{t("coverage.empty")}</p>}
      <ol className={styles.ranking}>
        {schools.slice(0, RANKED).map(({ school, verdict, sentence }) => (
          <li key={school.school_id}>
            <Link to={`/compliance/${encodeURIComponent(school.school_id)}`}>{schoolName(school)}</Link>
            <VerdictMark verdict={verdict} />
            <span>{reasonsOf(sentence[language], term("coverage_verdict", verdict))}</span>
          </li>
        ))}
      </ol>
      {schools.length > RANKED && (
        <Link to="/compliance">{t("overview.allSchools", { count: schools.length })}</Link>
      )}
    </section>
  );
}

/** The verdict stands beside it already. */
function reasonsOf(sentence: string, verdict: string): string {
  return sentence.startsWith(verdict) ? sentence.slice(verdict.length).replace(/^[：:]\s*/, "") : sentence;
}
