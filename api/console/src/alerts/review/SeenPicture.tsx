import { CheckOutlined } from "@ant-design/icons";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AlertSummary } from "../../http/types";
import { useReportedImage } from "../../picture/painted";
import { useShowing } from "../../picture/useShowing";
import { useCameraNames } from "../../schools/CameraPlace";
import { usePictures } from "../../session/policy";
import { Moment } from "../../time/TimeText";
import styles from "./bulk.module.css";

/** Nearly all of it has to be on the screen. */
const IN_VIEW = 0.9;

interface Props {
  alert: AlertSummary;
  seen: boolean;
  onSeen: (id: string) => void;
}

/** A picture among many that says once it was before the eyes, not merely loaded further down. */
export function SeenPicture({ alert: told, seen, onSeen }: Props) {
  const alert = usePictures(told);
  const { t } = useTranslation();
  const nameCamera = useCameraNames();
  const box = useRef<HTMLLIElement>(null);
  const [inView, setInView] = useState(false);
  const [failed, setFailed] = useState(false);
  const { showing, onShowing } = useShowing(inView ? alert.id : undefined);
  const url = alert.snapshot_url;
  const image = useReportedImage(url, (now) => {
    onShowing(alert.id, url, now);
    if (now === "failed") setFailed(true);
  });
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setInView((entries.at(-1)?.intersectionRatio ?? 0) >= IN_VIEW),
      { threshold: [0, IN_VIEW] },
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (showing === "shown") onSeen(alert.id);
  }, [showing, onSeen, alert.id]);
  return (
    <li ref={box} className={styles.card} data-testid="bulk-picture" data-seen={seen}>
      {url && !failed ? (
        <img src={url} alt={t("player.stillAlt", { camera: alert.camera_name })} {...image} />
      ) : (
        <span className={styles.nothing}>{t("bulk.noPicture")}</span>
      )}
      <span className={styles.caption}>
        {seen && <CheckOutlined aria-label={t("bulk.seen")} />}
        <span className={styles.camera}>{nameCamera(alert)}</span>
        <Moment moment={alert.raised_at} />
      </span>
    </li>
  );
}
