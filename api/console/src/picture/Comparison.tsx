import { EyeInvisibleOutlined, PictureOutlined } from "@ant-design/icons";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import type { Showing } from "./showing";
import type { AlertDetail, AlertSummary, CameraView, EvidenceView } from "../http/types";
import { Moment } from "../time/TimeText";
import { ApprovePicture } from "./ApprovePicture";
import { comparesWithReference, referenceOf, snapshotOf } from "./faults";
import styles from "./picture.module.css";

interface Props {
  alert: AlertSummary;
  /** With the evidence; absent while it is being read. */
  detail: AlertDetail | undefined;
  camera: CameraView | undefined;
  onShowing: (id: string, showing: Showing) => void;
}

/** What the camera should show beside what it shows, in the place of a clip. */
export function Comparison({ alert, detail, camera, onShowing }: Props) {
  const { t } = useTranslation();
  const isOver = alert.state !== "open";
  return (
    <section className={styles.comparison} data-testid="comparison" aria-busy={!detail}>
      <div className={styles.pair}>
        <Still
          title={t("picture.reference")}
          piece={referenceOf(detail)}
          missing={t(detail ? "picture.noReference" : "queue.loading")}
          testId="reference"
          onShowing={undefined}
        />
        <Still
          title={t(alert.rule === "video_loss" ? "picture.last" : "picture.now")}
          piece={snapshotOf(detail)}
          missing={t(detail ? "picture.neverSeen" : "queue.loading")}
          testId="now"
          onShowing={detail && ((showing) => onShowing(alert.id, showing))}
        />
      </div>
      {comparesWithReference(alert.rule) &&
        (isOver ? (
          <p className={styles.note}>{t("picture.over")}</p>
        ) : (
          <ApprovePicture camera={camera} />
        ))}
    </section>
  );
}

interface StillProps {
  title: string;
  piece: EvidenceView | undefined;
  missing: string;
  testId: string;
  /** Told what became of the picture that is judged. */
  onShowing: ((showing: Showing) => void) | undefined;
}

function Still({ title, piece, missing, testId, onShowing }: StillProps) {
  const { t } = useTranslation();
  const absent = !piece?.url && onShowing !== undefined;
  useEffect(() => {
    if (absent) onShowing?.("shown");
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each picture
  }, [absent]);
  return (
    <figure className={styles.side} data-testid={`comparison-${testId}`}>
      <figcaption className={styles.caption}>
        <strong>{title}</strong>
        {piece && <Moment moment={piece.starts_at} seconds />}
      </figcaption>
      <div className={styles.frame}>
        {piece?.url ? (
          <>
            <img
              src={piece.url}
              alt={title}
              className={styles.image}
              onLoad={() => onShowing?.("shown")}
              onError={() => onShowing?.("failed")}
            />
            <span className={styles.mark}>
              <EyeInvisibleOutlined aria-hidden="true" /> {t("player.blurred")}
            </span>
          </>
        ) : (
          <p className={styles.nothing}>
            <PictureOutlined aria-hidden="true" />
            {piece ? t("picture.notArrived") : missing}
          </p>
        )}
      </div>
    </figure>
  );
}
