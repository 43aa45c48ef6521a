import { EyeInvisibleOutlined, PictureOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import type { AlertDetail, AlertSummary, CameraView, EvidenceView } from "../http/types";
import { Moment } from "../time/TimeText";
import { ApprovePicture } from "./ApprovePicture";
import { comparesWithReference, referenceOf, snapshotOf } from "./faults";
import { useReportedImage } from "./painted";
import styles from "./picture.module.css";
import type { OnShowing, Showing } from "./showing";

interface Props {
  alert: AlertSummary;
  /** With the evidence; absent while it is being read. */
  detail: AlertDetail | undefined;
  camera: CameraView | undefined;
  onShowing: OnShowing;
}

/** What the camera should show beside what it shows, in the place of a clip. */
export function Comparison({ alert, detail, camera, onShowing }: Props) {
  const { t } = useTranslation();
  const isOver = alert.state !== "open";
  const now = snapshotOf(detail);
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
          // Once it is read, that there is none is an answer.
          key={detail ? "read" : "reading"}
          title={t(alert.rule === "video_loss" ? "picture.last" : "picture.now")}
          piece={now}
          missing={t(detail ? "picture.neverSeen" : "queue.loading")}
          testId="now"
          onShowing={detail && ((showing) => onShowing(alert.id, now?.url ?? null, showing))}
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
  const image = useReportedImage(piece?.url ?? null, (showing) => onShowing?.(showing));
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
              {...image}
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
