import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./cameras.module.css";
import { WITHHELD, withheldTotals } from "./withheld";

/** What did not become alerts of their own, so that few alerts never look like nothing happened. */
export function WithheldNote({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const totals = withheldTotals(camera);
  const named = WITHHELD.filter((why) => totals[why] > 0);
  if (named.length === 0) return null;
  const byRule = camera.withheld.map((each) => (
    <span key={each.rule} className={styles.withheldRule}>
      {`${term("rules", each.rule)} ${WITHHELD.map((why) => each[why] ?? 0).join(" / ")}`}
    </span>
  ));
  return (
    <Tooltip title={<>{t("cameras.withheldSince")} {byRule}</>}>
      <p className={styles.muted} data-testid="withheld">
        {named
          .map((why) => t(`withheld.${why}`, { count: totals[why] }))
          .join(t("list.separator"))}
      </p>
    </Tooltip>
  );
}
