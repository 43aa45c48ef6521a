import { QuestionCircleOutlined, SafetyCertificateFilled } from "@ant-design/icons";
import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import type { RetentionFacts } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./compliance.module.css";

/** A number is never presented as law: its source is one hover or focus away, with what we know of it. */
export function RequiredDays({ facts }: { facts: RetentionFacts }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (facts.required_days === 0) return <span className={styles.muted}>{t("retention.notRequired")}</span>;
  const verified = term("verified", String(facts.required_verified));
  const source = facts.required_source || t("retention.noSource");
  const Icon = facts.required_verified ? SafetyCertificateFilled : QuestionCircleOutlined;
  return (
    <Tooltip
      title={
        <>
          <div>{source}</div>
          <div>{verified}</div>
          {facts.max_days !== null && <div>{t("retention.deleteAfter", { n: facts.max_days })}</div>}
        </>
      }
    >
      <button
        type="button"
        className={styles.required}
        data-testid="required-days"
        data-verified={facts.required_verified}
        aria-label={`${t("retention.days", { n: facts.required_days })}：${source}，${verified}`}
      >
        {t("retention.days", { n: facts.required_days })} <Icon aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
