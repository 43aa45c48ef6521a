import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatDuration } from "../time/format";
import { analysedParts } from "./analysed";
import styles from "./cameras.module.css";

/** How much of the last hours was really looked at, and what became of the rest. */
export function AnalysedBar({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const parts = analysedParts(camera);
  const share = camera.analysed_window_s > 0 ? camera.analysed_s / camera.analysed_window_s : 0;
  const words = parts.map((part) => ({
    ...part,
    name:
      part.kind === "analysed"
        ? t("cameras.analysed")
        : part.kind === "untold"
          ? t("cameras.untold")
          : term("missing_reason", part.kind),
    length: formatDuration(t, part.seconds),
  }));
  const summary = words.map((part) => `${part.name} ${part.length}`).join(" · ");
  const missing = words.filter((part) => part.kind !== "analysed");
  return (
    <>
      <p className={styles.barHead}>
        <span>{t("cameras.analysedIn", { h: Math.round(camera.analysed_window_s / 3600) })}</span>
        <strong>{`${(Math.floor(share * 1000) / 10).toFixed(1)} %`}</strong>
      </p>
      <Tooltip title={summary}>
        <div className={styles.track} role="img" aria-label={summary} data-testid="analysed-bar">
          {words.map((part) => (
            <span
              key={part.kind}
              className={part.kind === "untold" ? `${styles.part} hatched` : styles.part}
              data-kind={part.kind}
              style={{ width: `${part.share * 100}%` }}
            />
          ))}
        </div>
      </Tooltip>
      <p className={styles.muted}>
        {missing.length === 0
          ? t("cameras.nothingMissing")
          : missing.map((part) => `${part.name} ${part.length}`).join(" · ")}
      </p>
    </>
  );
}
