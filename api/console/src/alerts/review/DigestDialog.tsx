import { Alert, Modal, Skeleton } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { AlertSummary } from "../../http/types";
import { useCameraNames } from "../../schools/CameraPlace";
import { Facts } from "../Facts";
import { useAlert } from "../useAlerts";
import styles from "./review.module.css";
import { useReview } from "./UndoProvider";

interface Props {
  /** A digest that waits. */
  alert: AlertSummary;
  onClose: () => void;
}

/** Shows what a digest counts; whoever has it on the screen has seen it, and judged nothing. */
export function DigestDialog({ alert, onClose }: Props) {
  const { t } = useTranslation();
  const nameCamera = useCameraNames();
  const { judge } = useReview();
  const detail = useAlert(alert.id);
  const told = useRef(false);
  const isShown = detail.data !== undefined;
  useEffect(() => {
    if (!isShown || told.current) return;
    told.current = true;
    judge(alert, { status: "seen" });
  }, [alert, isShown, judge]);
  return (
    <Modal
      open
      title={t("digest.title", { camera: nameCamera(alert) })}
      okText={t("action.done")}
      onOk={onClose}
      onCancel={onClose}
      okButtonProps={{ autoFocus: true, "data-testid": "digest-ok" }}
      cancelButtonProps={{ style: { display: "none" } }}
      width={560}
    >
      <p className={styles.muted}>{t("digest.what")}</p>
      {detail.data ? (
        <div data-testid="digest">
          <Facts alert={detail.data} detail={detail.data} />
        </div>
      ) : detail.isError ? (
        <Alert type="error" showIcon title={t("digest.failed")} data-testid="digest-failed" />
      ) : (
        <Skeleton active />
      )}
    </Modal>
  );
}
