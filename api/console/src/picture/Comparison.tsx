import { EyeInvisibleOutlined, PictureOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

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
}

/** What the camera should show beside what it shows, in the place of a clip. */
export function Comparison({ alert, detail, camera }: Props) {
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
        />
        <Still
          title={t(alert.rule === "video_loss" ? "picture.last" : "picture.now")}
          piece={snapshotOf(detail)}
          missing={t(detail ? "picture.neverSeen" : "queue.loading")}
          testId="now"
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
}

function Still({ title, piece, missing, testId }: StillProps) {
  const { t } = useTranslation();
  return (
    <figure className={styles.side} data-testid={`comparison-${testId}`}>
      <figcaption className={styles.caption}>
        <strong>{title}</strong>
        {piece && <Moment moment={piece.starts_at} seconds />}
      </figcaption>
      <div className={styles.frame}>
        {piece?.url ? (
          <>
            <img src={piece.url} alt={title} className={styles.image} />
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
