import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { gapSpan } from "../footage/retention";
import type { CameraDays } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { formatDuration, secondsBetween } from "../time/format";
import { usePrinting } from "../ui/usePrinting";
import styles from "./district.module.css";

/** So many of a camera stand there at once, the newest; on paper all. */
const SHOWN = 5;

interface Props {
  cameras: readonly CameraDays[];
  /** Of the school, whose clocks tell when. */
  timeZone: string;
}

/** Each gap with its cause, camera by camera; none hides behind another camera's footage. */
export function SchoolGaps({ cameras, timeZone }: Props) {
  const { t } = useTranslation();
  const found = cameras.filter(({ gaps }) => gaps.length > 0);
  return (
    <section className={styles.section} data-testid="school-gaps">
      <h3 className={styles.caption}>
        {t("retention.gaps")}{" "}
        {found.length > 0 && (
          <span className={styles.muted}>
            {t("retention.timeZone")} {timeZone}
          </span>
        )}
      </h3>
      {found.length === 0 && <p className={styles.muted}>{t("compliance.noGapsTold")}</p>}
      {found.map((camera) => (
        <CameraGaps key={camera.camera_key} camera={camera} timeZone={timeZone} />
      ))}
    </section>
  );
}

function CameraGaps({ camera, timeZone }: { camera: CameraDays; timeZone: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const isPrinting = usePrinting();
  const [all, setAll] = useState(false);
  const shown = all || isPrinting ? camera.gaps : camera.gaps.slice(0, SHOWN);
  const rest = camera.gaps.length - shown.length;
  return (
    <div data-testid="camera-gaps" data-camera-id={camera.camera_id}>
      <h4 className={styles.camera}>
        {camera.name} <span className={styles.muted}>{t("compliance.gaps", { count: camera.gaps.length })}</span>
      </h4>
      <ul className={styles.lines}>
        {shown.map((gap) => {
          const when = gapSpan(gap, timeZone);
          return (
            <li key={gap.from_at} data-testid="school-gap" data-cause={gap.cause}>
              {may("play_recordings") ? (
                <Link to={`/recordings/${camera.camera_key}?at=${encodeURIComponent(gap.from_at)}`}>{when}</Link>
              ) : (
                <span>{when}</span>
              )}
              <span>{formatDuration(t, secondsBetween(gap.from_at, gap.to_at))}</span>
              <strong>{term("gap_cause", gap.cause)}</strong>
            </li>
          );
        })}
      </ul>
      {rest > 0 && (
        <Button type="link" size="small" onClick={() => setAll(true)} data-testid="more-gaps">
          {t("compliance.moreGaps", { count: rest })}
        </Button>
      )}
    </div>
  );
}
