import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Ago } from "../time/TimeText";
import { driftText, offsetText } from "./clock";

/** How far the camera's own clock is off; nothing from a box that does not tell. */
export function CameraClock({ camera, className }: { camera: CameraView; className?: string | undefined }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { clock } = camera;
  if (!clock) return null;
  const drift = driftText(t, clock.drift_s_per_day);
  return (
    <Tooltip
      title={
        <>
          {t("clock.why")} {clock.measured_at && <Ago moment={clock.measured_at} />}
        </>
      }
    >
      <p className={className} data-testid="camera-clock">
        {t("clock.title")}{" "}
        {clock.offset_s === null
          ? clock.doubt && term("clock_doubt", clock.doubt)
          : [offsetText(t, clock.offset_s), drift].filter(Boolean).join(t("list.separator"))}
      </p>
    </Tooltip>
  );
}
