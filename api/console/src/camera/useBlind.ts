import { useTranslation } from "react-i18next";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration, secondsBetween } from "../time/format";
import { useNow } from "../time/useNow";
import { isBlind } from "./state";
import { useCameras } from "./useCameras";

/** Which cameras are not watched, and in one phrase why and since when. */
export function useBlind(): { cameras: CameraView[]; why: string; failed: boolean } {
  const { t } = useTranslation();
  const term = useTerm();
  const now = useNow();
  const query = useCameras();
  const cameras = query.data?.items.filter(isBlind) ?? [];
  const words = cameras.map((camera) =>
    camera.reason ? term("camera_reason", camera.reason) : term("camera_state", camera.state),
  );
  const longest = cameras
    .map((camera) => (camera.since ? secondsBetween(camera.since, now) : 0))
    .reduce((most, each) => Math.max(most, each), 0);
  const parts = [...new Set(words)].slice(0, 2);
  if (longest > 0) {
    const length = formatDuration(t, longest);
    parts.push(cameras.length > 1 ? t("blind.longest", { length }) : length);
  }
  return { cameras, why: parts.join(" · "), failed: query.isError && !query.data };
}
