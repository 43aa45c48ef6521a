import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { FootageAlarms } from "../footage/FootageAlarms";
import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { PictureHealth } from "../picture/PictureHealth";
import { Ago, Elapsed } from "../time/TimeText";
import { AnalysedBar } from "./AnalysedBar";
import styles from "./cameras.module.css";
import { CameraClock } from "../camera/CameraClock";
import { CameraStateMark } from "../camera/CameraStateMark";
import { cameraTone, loweredRate } from "../camera/state";
import { WithheldNote } from "./WithheldNote";
import { mayOpen, useMay } from "../session/policy";
import { schoolName } from "../schools/schoolName";

const CODECS: Record<string, string> = { h264: "H.264", hevc: "H.265", h265: "H.265" };

function codecName(codec: string): string {
  return CODECS[codec.toLowerCase()] ?? codec.toUpperCase();
}

interface Props {
  camera: CameraView;
  /** Where cameras of several schools stand side by side. */
  showSchool: boolean;
}

export function CameraCard({ camera, showSchool }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const { stream } = camera;
  const lowered = loweredRate(camera);
  const may = useMay();
  return (
    <li
      className={styles.card}
      data-tone={cameraTone(camera.state)}
      data-testid="camera-card"
      data-camera-id={camera.camera_id}
      data-state={camera.state}
    >
      <div>
        <h2 className={styles.name}>
          <Link to={`/cameras/${camera.id}`} data-testid="to-camera">
            {camera.name}
          </Link>
        </h2>
        <p className={styles.muted}>
          {showSchool && `${schoolName(camera.school)} · `}
          {camera.location || camera.camera_id}
          {!camera.registered && ` · ${t("cameras.notRegistered")}`}
        </p>
        <p className={styles.source} title={camera.source}>
          {camera.source}
        </p>
      </div>
      <div>
        <CameraStateMark state={camera.state} />
        <p className={styles.reason}>
          {camera.reason && camera.reason !== camera.state && (
            <Tooltip title={camera.detail || undefined}>
              <span className={styles.why}>{term("camera_reason", camera.reason)}</span>
            </Tooltip>
          )}
          {camera.since && (
            <span>
              {t("cameras.since")} <Elapsed moment={camera.since} />
            </span>
          )}
        </p>
        {lowered && (
          <p className={styles.reason} data-testid="lowered-rate">
            <Tooltip title={t("cameras.loweredWhy")}>
              <span className={styles.why}>{t("cameras.lowered", lowered)}</span>
            </Tooltip>
          </p>
        )}
        <p className={styles.muted}>
          {camera.last_analysed_at ? (
            <>
              {t("cameras.lastAnalysed")} <Ago moment={camera.last_analysed_at} />
            </>
          ) : (
            t(camera.analysed_s > 0 ? "cameras.lastUnknown" : "cameras.neverAnalysed")
          )}
        </p>
        <CameraClock camera={camera} className={styles.muted} />
        <PictureHealth camera={camera} />
        <FootageAlarms alarms={camera.footage_alarms} />
      </div>
      <div>
        <AnalysedBar camera={camera} />
      </div>
      <div className={styles.facts}>
        <p>
          {stream
            ? t("cameras.stream", {
                codec: codecName(stream.codec),
                size: `${stream.width}×${stream.height}`,
                fps: Math.round(stream.fps * 10) / 10,
              })
            : t("cameras.noStream")}
        </p>
        <p className={styles.rules}>
          {camera.rules.length === 0
            ? t("cameras.noRules")
            : camera.rules.map((rule) => (
                <span key={rule} className={styles.rule}>
                  {term("rules", rule)}
                </span>
              ))}
        </p>
        <WithheldNote camera={camera} />
        <Link
          to={`/live?size=1&cameras=${camera.id}`}
          className={styles.door}
        >
          {t("cameras.watchLive")}
        </Link>
        <Link
          to={`/recordings/${camera.id}`}
          className={styles.door}
          data-testid="to-recordings"
        >
          {t("cameras.recordings")}
        </Link>
        {camera.box_id !== null && mayOpen(`/cameras/${camera.id}/zones`, may) && (
          <Link to={`/cameras/${camera.id}/zones`} className={styles.door} data-testid="to-zones">
            {t("zones.title")}
          </Link>
        )}
        <Link
          to={`/?status=all&camera_key=${camera.id}`}
          className={styles.door}
        >
          {t("cameras.alertsOf")}
        </Link>
      </div>
    </li>
  );
}
