import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { BoxResult, RuleSetResult } from "../../http/types";
import { isTerm, useTerm } from "../../i18n/terms";
import { schoolName } from "../../schools/schoolName";
import { Moment } from "../../time/TimeText";
import styles from "../zones.module.css";

/** What became of each box: each stands alone, so that none hides behind the others. */
export function ResultView({ result }: { result: RuleSetResult }) {
  const { t } = useTranslation();
  const saved = result.boxes.filter(({ outcome }) => outcome === "saved");
  const left = result.boxes.filter(({ outcome }) => outcome !== "saved" && outcome !== "unchanged");
  return (
    <section className={styles.plan} data-testid="rule-set-result">
      <Alert
        type={left.length > 0 ? "warning" : "success"}
        showIcon
        title={t(left.length > 0 ? "ruleSet.partly" : "ruleSet.allSaved", {
          count: saved.length,
          left: left.length,
        })}
      />
      <ul className={styles.planned}>
        {[...left, ...result.boxes.filter((each) => !left.includes(each))].map((box) => (
          <li key={box.box_id} data-testid="rule-set-box-result" data-outcome={box.outcome}>
            <strong>{schoolName(box.school)}</strong> <code>{box.box_name}</code> <Told box={box} />{" "}
            <Link to={`/boxes/${box.box_id}/configuration`}>{t("configuration.title")}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Told({ box }: { box: BoxResult }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { outcome, version, cameras = 0, by = "", code = "", at } = box;
  if (outcome === "saved") return <span>{t("ruleSet.became.saved", { number: version, count: cameras })}</span>;
  if (outcome === "changed") {
    return (
      <span className={styles.wrong}>
        {t(by ? "ruleSet.became.changedBy" : "ruleSet.became.changed", { number: version, by })}{" "}
        {at && <Moment moment={at} />}
      </span>
    );
  }
  if (outcome === "failed") {
    return (
      <span className={styles.wrong}>
        {t("ruleSet.became.failed", { why: isTerm("problem", code) ? term("problem", code) : code })}
      </span>
    );
  }
  return (
    <span className={outcome === "unchanged" ? styles.muted : styles.wrong}>{t(`ruleSet.became.${outcome}`)}</span>
  );
}
