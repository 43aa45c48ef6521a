import { RightOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useBlind } from "../../camera/useBlind";
import styles from "./queue.module.css";

/** Cameras nobody watches, above everything that was seen: silence must not look like calm. */
export function BlindRow() {
  const { t } = useTranslation();
  const blind = useBlind();
  if (blind.failed) {
    return (
      <Link to="/cameras" className={`${styles.blind} hatched`} data-testid="blind-row">
        <strong>{t("blind.unknown")}</strong>
        <RightOutlined aria-hidden="true" />
      </Link>
    );
  }
  if (blind.cameras.length === 0) return null;
  return (
    <Link to="/cameras?state=blind" className={`${styles.blind} hatched`} data-testid="blind-row">
      <strong>{t("blind.count", { count: blind.cameras.length })}</strong>
      <span className={styles.blindWhy}>{blind.why}</span>
      <RightOutlined aria-hidden="true" />
    </Link>
  );
}
