import { QuestionCircleOutlined, SafetyCertificateFilled } from "@ant-design/icons";
import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import type { RetentionRow } from "../http/types";
import { useTerm } from "../i18n/terms";
import { usePreferences } from "../ui/preferences";
import styles from "./compliance.module.css";

/** A number is never presented as law: its source is one hover or focus away, with what we know of it. */
export function RequiredDays({ row }: { row: RetentionRow }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  const { required_days: days, required_by: by, max_days: most } = row;
  if (!by) return <span className={styles.muted}>{t("retention.notRequired")}</span>;
  const source = by.text
    ? `${by.text[language]} ${by.clause}`.trim()
    : t("compliance.ofBureau", { reason: by.reason, by: by.by });
  const isRead = by.reading === null || by.reading === "verified";
  const reading = by.reading === null ? "" : term("reading", by.reading);
  const Icon = isRead ? SafetyCertificateFilled : QuestionCircleOutlined;
  return (
    <Tooltip
      title={
        <>
          <div>{source}</div>
          {reading && <div>{reading}</div>}
          {most !== null && <div>{t("retention.deleteAfter", { n: most })}</div>}
        </>
      }
    >
      <button
        type="button"
        className={styles.required}
        data-testid="required-days"
        data-verified={isRead}
        aria-label={`${t("retention.days", { n: days })}：${[source, reading].filter(Boolean).join("，")}`}
      >
        {t("retention.days", { n: days })} <Icon aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
