import { CheckCircleFilled } from "@ant-design/icons";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import type { AlertSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { formatDuration } from "../../time/format";
import { Ago, Elapsed, Moment } from "../../time/TimeText";
import { CameraPlace, placeOf } from "../../schools/CameraPlace";
import { FROM_QUEUE } from "../fromQueue";
import { RiskMark } from "../../alert/RiskMark";
import { StatusMark } from "../../alert/StatusMark";
import styles from "./queue.module.css";
import { Thumb } from "./Thumb";
import { mayBeChosen } from "./useSelection";

interface Props {
  alert: AlertSummary;
  focused: boolean;
  arrived: boolean;
  selected: boolean;
  search: string;
  showStatus: boolean;
  onFocus: ((id: string) => void) | undefined;
  /** Present while rows are chosen by touch: a tap chooses and opens nothing. */
  onChoose: ((id: string) => void) | undefined;
}

/** A row is a picture: what it shows left, what, where and when right, its class as a bar. */
export const AlertRow = memo(function AlertRow(props: Props) {
  const { alert, focused, arrived, selected, search, showStatus, onFocus, onChoose } = props;
  const { t } = useTranslation();
  const term = useTerm();
  const navigate = useNavigate();
  const path = `/alerts/${alert.id}${search}`;
  return (
    <li
      className={arrived ? `${styles.item} ${styles.arrived}` : styles.item}
      data-choosing={onChoose !== undefined}
    >
      {onChoose && (
        // The label is the whole area that a finger has to hit.
        <label className={styles.box} data-testid="choose-row">
          <input
            type="checkbox"
            checked={selected}
            disabled={!mayBeChosen(alert)}
            onChange={() => onChoose(alert.id)}
            aria-label={t("bulk.choose", { rule: term("rules", alert.rule) })}
          />
        </label>
      )}
      <Link
        to={path}
        state={FROM_QUEUE}
        className={styles.row}
        data-risk={alert.risk}
        data-testid="alert-row"
        data-alert-id={alert.id}
        data-status={alert.status}
        data-selected={selected}
        aria-current={focused}
        tabIndex={onFocus && !focused ? -1 : 0}
        onClick={(event) => {
          // A click that the keyboard made has no detail: Enter opens the alert.
          if (onChoose && event.detail > 0) {
            event.preventDefault();
            if (mayBeChosen(alert)) onChoose(alert.id);
            return;
          }
          const opens = event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey;
          if (!onFocus || opens) return;
          event.preventDefault();
          onFocus(alert.id);
        }}
        onDoubleClick={() => onFocus && !onChoose && void navigate(path, { state: FROM_QUEUE })}
      >
        <Thumb alert={alert} />
        {selected && !onChoose && <CheckCircleFilled className={styles.check ?? ""} aria-label={t("queue.chosen")} />}
        <div className={styles.text}>
          <p className={styles.line}>
            <span className={styles.rule}>{term("rules", alert.rule)}</span>
            {alert.zone && <span className={styles.zone}>{alert.zone}</span>}
            <Moment moment={alert.raised_at} seconds className={styles.time} />
          </p>
          <p className={styles.line}>
            <CameraPlace camera={placeOf(alert)} className={styles.place} />
            <Ago moment={alert.raised_at} className={styles.ago} />
          </p>
          <p className={styles.line}>
            <RiskMark risk={alert.risk} />
            {alert.state === "open" ? (
              <span className={styles.ongoing}>
                {term("episode_state", "open")} <Elapsed moment={alert.started_at} />
              </span>
            ) : (
              <span className={styles.lasted}>
                {t("queue.lasted", { length: formatDuration(t, alert.duration_s) })}
              </span>
            )}
            <span className={styles.status}>
              {showStatus && <StatusMark status={alert.status} />}
            </span>
          </p>
        </div>
      </Link>
    </li>
  );
});
