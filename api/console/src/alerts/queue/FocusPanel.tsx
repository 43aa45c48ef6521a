import { ExpandOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { AlertSummary, CameraView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Comparison } from "../../picture/Comparison";
import { isPictureFault } from "../../picture/faults";
import { Facts } from "../Facts";
import { FROM_QUEUE } from "../fromQueue";
import { Player, type PlayerHandle } from "../player/Player";
import { CameraPlace, placeOf } from "../../schools/CameraPlace";
import { Notes } from "../review/Notes";
import { ReviewActions } from "../review/ReviewActions";
import { RiskMark } from "../../alert/RiskMark";
import { useAlert } from "../useAlerts";
import type { useAlertControls } from "../useAlertControls";
import styles from "./queue.module.css";

interface Props {
  alert: AlertSummary | undefined;
  loading: boolean;
  controls: ReturnType<typeof useAlertControls>;
  camera: CameraView | undefined;
  search: string;
  player: RefObject<PlayerHandle | null>;
}

/** The alert in focus: its clip, its facts, and the next step. */
export function FocusPanel({ alert, loading, controls, camera, search, player }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const detail = useAlert(alert?.id, alert);
  if (!alert) {
    return (
      <section className={styles.panel} aria-busy={loading}>
        <div className={styles.panelSkeleton} />
      </section>
    );
  }
  return (
    <section className={styles.panel} aria-label={t("queue.inFocus")} data-testid="focus-panel">
      <header className={styles.panelHead}>
        <h2 className={styles.panelTitle}>{term("rules", alert.rule)}</h2>
        <RiskMark risk={alert.risk} />
        <CameraPlace
          camera={placeOf(alert)}
          more={alert.zone}
          className={styles.panelPlace}
        />
        <Tooltip title={<>{t("queue.openDetail")} <kbd>{"Enter"}</kbd></>}>
          <Link to={`/alerts/${alert.id}${search}`} state={FROM_QUEUE} data-testid="open-detail">
            <Button
              size="small"
              type="text"
              icon={<ExpandOutlined />}
              aria-label={t("queue.openDetail")}
              tabIndex={-1}
            />
          </Link>
        </Tooltip>
      </header>
      {isPictureFault(alert) ? (
        <Comparison
          key={alert.id}
          alert={alert}
          detail={detail.data}
          camera={camera}
          onShowing={controls.onShowing}
        />
      ) : (
        <Player
          key={`${alert.id}/${alert.clip_url ?? ""}`}
          ref={player}
          alert={alert}
          boxes={controls.boxes}
          onBoxes={controls.setBoxes}
          fps={camera?.stream?.fps}
          onShowing={controls.onShowing}
        />
      )}
      <div className={styles.panelFoot}>
        <ReviewActions alert={alert} controls={controls} />
        <Notes detail={detail.data} />
        <Facts alert={alert} detail={detail.data} />
      </div>
    </section>
  );
}
