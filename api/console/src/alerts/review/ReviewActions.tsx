import { CheckOutlined, CloseOutlined, EditOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Popover } from "antd";
import { useState } from "react";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import type { AlertSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Moment } from "../../time/TimeText";
import { CallMeeting } from "../../meeting/CallMeeting";
import { OrderOfAlert } from "../../order/OrderOfAlert";
import { useMay } from "../../session/policy";
import { useSession } from "../../session/useSession";
import { useNow } from "../../time/useNow";
import { isDigest } from "../../alert/digest";
import { StatusMark } from "../../alert/StatusMark";
import { ReviseDialog } from "./ReviseDialog";
import { useReview } from "./UndoProvider";
import type { useAlertControls } from "../useAlertControls";
import { canUndo, FALSE_POSITIVE_REASONS, type Verdict } from "./verdict";
import styles from "./review.module.css";

interface Props {
  alert: AlertSummary;
  controls: ReturnType<typeof useAlertControls>;
}

/** The next step of the workflow, and the words that go with the alert. */
export function ReviewActions({ alert, controls }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const { setNoting } = controls;
  return (
    <div className={styles.bar}>
      <Judging alert={alert} controls={controls} />
      {may("judge") && (
        <Button
          icon={<EditOutlined />}
          onClick={() => setNoting(alert)}
          className={styles.noteIt ?? ""}
          aria-keyshortcuts="n"
          data-testid="note"
        >
          {t("note.open")} <kbd>N</kbd>
        </Button>
      )}
      <CallMeeting about={{ alert_id: alert.id }} />
    </div>
  );
}

/** The next step of the workflow, in words, always at the same place, with its key. */
function Judging({ alert, controls }: Props) {
  const { showing, reasonsOpen, setReasonsOpen, onVerdict } = controls;
  const { t } = useTranslation();
  const term = useTerm();
  const { undo, isSaving } = useReview();
  const may = useMay();
  const me = useSession().data?.username;
  const now = useNow();
  const [revising, setRevising] = useState<AlertSummary | null>(null);

  if (alert.status !== "pending_review") {
    return (
      <div className={styles.judgedBy} data-testid="verdict">
        <StatusMark status={alert.status} />
        {alert.reason && <span>{term("false_positive_reason", alert.reason)}</span>}
        {isSaving(alert.id) ? (
          <span className={styles.muted} data-testid="saving">
            {t("review.notYetSaved")}
          </span>
        ) : (
          alert.reviewed_by && (
            <span className={styles.muted}>
              {alert.reviewed_by} {alert.reviewed_at && <Moment moment={alert.reviewed_at} />}
            </span>
          )
        )}
        <OrderOfAlert alert={alert} />
        {canUndo(alert, me, now) && (
          <Button size="small" onClick={undo}>
            {t("review.undo")} <kbd>U</kbd>
          </Button>
        )}
        {may("judge") && !isSaving(alert.id) && !isDigest(alert) && (
          <>
            <Button size="small" onClick={() => setRevising(alert)} data-testid="revise">
              {t("revise.open")}
            </Button>
            {revising?.id === alert.id && (
              <ReviseDialog before={revising} alert={alert} onClose={() => setRevising(null)} />
            )}
          </>
        )}
      </div>
    );
  }

  if (!may("judge")) return <StatusMark status={alert.status} />;

  if (isDigest(alert)) {
    return (
      <div className={styles.actions} data-testid="review-actions">
        <Button
          type="primary"
          size="large"
          icon={<EyeOutlined />}
          onClick={controls.openDigest}
          className={styles.action ?? ""}
          aria-keyshortcuts="c"
          data-testid="open-digest"
        >
          {t("digest.open")} <kbd>C</kbd>
        </Button>
      </div>
    );
  }

  // The second click of a double click would fall on the next alert.
  const once = (event: MouseEvent, verdict: Verdict) => {
    if (event.detail < 2) onVerdict(verdict, "pointer");
  };
  const reasons = (
    <ul className={styles.reasons} data-testid="reasons">
      {FALSE_POSITIVE_REASONS.map((reason, index) => (
        <li key={reason}>
          <button
            type="button"
            className={styles.reason}
            data-testid={`reason-${reason}`}
            onClick={(event) => once(event, { status: "false_positive", reason })}
          >
            <kbd>{index + 1}</kbd>
            {term("false_positive_reason", reason)}
          </button>
        </li>
      ))}
    </ul>
  );

  return (
    <div className={styles.actions} data-testid="review-actions" data-showing={showing}>
      <Button
        type="primary"
        size="large"
        icon={<CheckOutlined />}
        onClick={(event) => once(event, { status: "confirmed" })}
        className={styles.action ?? ""}
        aria-keyshortcuts="c"
        data-testid="confirm"
      >
        {t("review.confirm")} <kbd>C</kbd>
      </Button>
      <Popover
        content={reasons}
        title={t("review.whyFalse")}
        trigger="click"
        placement="top"
        open={reasonsOpen}
        onOpenChange={setReasonsOpen}
      >
        <Button
          size="large"
          icon={<CloseOutlined />}
          className={styles.action ?? ""}
          aria-keyshortcuts="f"
          aria-expanded={reasonsOpen}
          aria-haspopup="true"
          data-testid="false-alarm"
        >
          {t("review.falseAlarm")} <kbd>F</kbd>
        </Button>
      </Popover>
    </div>
  );
}
