import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { useTerm } from "../../i18n/terms";
import { useCameraNames } from "../../schools/CameraPlace";
import { useMay } from "../../session/policy";
import { useNow } from "../../time/useNow";
import type { Judgement } from "./UndoProvider";
import styles from "./review.module.css";

interface Props {
  judgement: Judgement;
  onUndo: () => void;
  onAssign: () => void;
}

export function UndoToast({ judgement, onUndo, onAssign }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const nameCamera = useCameraNames();
  const may = useMay();
  const now = useNow();
  const { before, verdict, until, isSaved } = judgement;
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  const what =
    verdict.status === "false_positive"
      ? `${term("alert_status", "false_positive")} · ${term("false_positive_reason", verdict.reason)}`
      : term("alert_status", verdict.status);
  return (
    <div className={styles.toast} role="status" data-testid="undo-toast" data-saved={isSaved}>
      <span className={styles.toastText}>
        {t(isSaved ? "review.saved" : "review.saving", {
          rule: term("rules", before.rule),
          camera: nameCamera(before),
          what,
        })}
      </span>
      {verdict.status === "confirmed" && may("assign_orders") && (
        <Button size="small" onClick={onAssign} data-testid="toast-assign">
          {t("assign.assign")} <kbd>A</kbd>
        </Button>
      )}
      <Button size="small" onClick={onUndo} className={styles.undo ?? ""} data-testid="undo">
        {t("review.undo")} <kbd>U</kbd>
        {isSaved && <span className={styles.left}>{t("time.seconds", { s: left })}</span>}
      </Button>
    </div>
  );
}
