import { ArrowLeftOutlined, LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Skeleton, Tooltip } from "antd";
import { useCallback, useEffect, useRef, type CSSProperties, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";

import { useCameras } from "../../camera/useCameras";
import { Problem } from "../../http/problem";
import { useTerm } from "../../i18n/terms";
import { useKeys } from "../../keyboard/useKeys";
import { Comparison } from "../../picture/Comparison";
import { isPictureFault } from "../../picture/faults";
import { CameraPlace, placeOf, useCameraNames } from "../../schools/CameraPlace";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { StatePanel } from "../../ui/StatePanel";
import { usePageTitle } from "../../ui/usePageTitle";
import { Facts } from "../Facts";
import { cameFromQueue } from "../fromQueue";
import { pictureRatio } from "../player/Picture";
import { Player, type PlayerHandle } from "../player/Player";
import { AlertDialogs } from "../review/AlertDialogs";
import { ReviewActions } from "../review/ReviewActions";
import { useReview } from "../review/UndoProvider";
import { RiskMark } from "../../alert/RiskMark";
import { StatusMark } from "../../alert/StatusMark";
import { useAlertControls } from "../useAlertControls";
import { useAlert } from "../useAlerts";
import { useFilters } from "../useFilters";
import styles from "./detail.module.css";
import { EvidenceList } from "./EvidenceList";
import { Hold } from "./Hold";
import { Provenance } from "./Provenance";
import { Stills } from "./Stills";
import { useNeighbours } from "./useNeighbours";
import { WorkflowTimeline } from "./WorkflowTimeline";

/** Everything about one alert, at an address that can be sent to a colleague. */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const navigate = useNavigate();
  const { id = "" } = useParams();
  const { filters, search } = useFilters();
  const player = useRef<PlayerHandle>(null);
  const query = useAlert(id);
  const alert = query.data;
  const cameras = useCameras();
  const neighbours = useNeighbours(id, filters);
  const state: unknown = useLocation().state;
  const review = useReview();
  const nameCamera = useCameraNames();
  usePageTitle(alert ? term("rules", alert.rule) : t("nav.queue"), alert && nameCamera(alert));
  const go = useCallback(
    (to: string | undefined) => {
      if (to) void navigate(`/alerts/${to}${search}`, { replace: true, state });
    },
    [navigate, search, state],
  );
  // A link from a colleague stays on its alert; who works off the queue is led on.
  const controls = useAlertControls(alert, player, () => {
    if (cameFromQueue(state)) go(neighbours.next);
  });
  useEffect(() => review.onUndone(go), [review, go]);
  useKeys(
    {
      ...controls.handlers,
      next: () => go(neighbours.next),
      previous: () => go(neighbours.previous),
      close: () => {
        if (controls.reasonsOpen) controls.setReasonsOpen(false);
        else void navigate(`/${search}`);
      },
    },
    controls.mode,
  );

  if (query.isError && !alert) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="alert-not-found"
        title={t("detail.notFound")}
        text={t("detail.notFoundText")}
        actions={
          <Link to={`/${search}`}>
            <Button type="primary">{t("action.toQueue")}</Button>
          </Link>
        }
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("error.stillWorksDetail")} />
    );
  }
  if (!alert) {
    return (
      <div className={styles.waiting} aria-busy="true">
        <Skeleton active paragraph={{ rows: 12 }} />
      </div>
    );
  }

  const camera = cameras.data?.items.find((each) => each.id === alert.camera_key);
  return (
    <article className={styles.page} data-testid="detail-page">
      <header className={styles.head}>
        <Link to={`/${search}`} className={styles.back} data-testid="back-to-queue">
          <ArrowLeftOutlined aria-hidden="true" /> {t("nav.queue")}
        </Link>
        <h1 className={styles.title}>{term("rules", alert.rule)}</h1>
        <RiskMark risk={alert.risk} />
        <StatusMark status={alert.status} />
        <CameraPlace camera={placeOf(alert)} more={alert.zone} className={styles.place} />
        <nav className={styles.neighbours} aria-label={t("detail.neighbours")}>
          <Step
            label={t("detail.previous")}
            hotkey="K"
            icon={<LeftOutlined />}
            enabled={neighbours.previous !== undefined}
            onClick={() => go(neighbours.previous)}
            testId="previous-alert"
          />
          <Step
            label={t("detail.next")}
            hotkey="J"
            icon={<RightOutlined />}
            enabled={neighbours.next !== undefined}
            onClick={() => go(neighbours.next)}
            testId="next-alert"
          />
        </nav>
      </header>
      <div className={styles.columns}>
        <div className={styles.main}>
          {isPictureFault(alert) ? (
            <Comparison
          key={alert.id}
              alert={alert}
              detail={alert}
              camera={camera}
              onShowing={controls.onShowing}
            />
          ) : (
            <div
              className={styles.player}
              style={{ "--ratio": pictureRatio(alert) } as CSSProperties}
            >
              <Player
                key={`${alert.id}/${alert.clip_url ?? ""}`}
                ref={player}
                alert={alert}
                boxes={controls.boxes}
                onBoxes={controls.setBoxes}
                fps={camera?.stream?.fps}
                onShowing={controls.onShowing}
              />
            </div>
          )}
          <div className={styles.act}>
            <ReviewActions alert={alert} controls={controls} />
          </div>
          <Link
            to={`/recordings/${alert.camera_key}?at=${footageBefore(alert.started_at)}`}
            className={styles.footage}
            data-testid="to-recordings"
          >
            {t("detail.footage")}
          </Link>
          <Facts alert={alert} detail={alert} />
          <Stills key={alert.id} alert={alert} />
        </div>
        <aside className={styles.side}>
          <section>
            <h2 className={styles.heading}>{t("detail.workflow")}</h2>
            <WorkflowTimeline alert={alert} />
          </section>
          <section>
            <h2 className={styles.heading}>{t("detail.evidence")}</h2>
            <EvidenceList evidence={alert.evidence} />
            <Hold alert={alert} />
          </section>
          <section>
            <h2 className={styles.heading}>{t("detail.provenance")}</h2>
            <Provenance alert={alert} />
          </section>
        </aside>
      </div>
      <AlertDialogs controls={controls} />
    </article>
  );
}

/** A moment shortly before, as an address has it. */
function footageBefore(moment: string): string {
  return encodeURIComponent(new Date(Date.parse(moment) - 10_000).toISOString());
}

interface StepProps {
  label: string;
  hotkey: string;
  icon: ReactNode;
  enabled: boolean;
  onClick: () => void;
  testId: string;
}

function Step({ label, hotkey, icon, enabled, onClick, testId }: StepProps) {
  return (
    <Tooltip title={<>{label} <kbd>{hotkey}</kbd></>}>
      <Button
        size="small"
        icon={icon}
        disabled={!enabled}
        onClick={onClick}
        aria-label={label}
        data-testid={testId}
      />
    </Tooltip>
  );
}
