import { CheckCircleFilled, QuestionCircleOutlined, WarningFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import type { InspectionFact, InspectionItem } from "../http/types";
import { useTerm } from "../i18n/terms";
import { usePreferences } from "../ui/preferences";
import styles from "./inspection.module.css";
import { factText, factTone, sourceText } from "./words";

const ICONS = { ok: CheckCircleFilled, gap: WarningFilled, unknown: QuestionCircleOutlined } as const;

/** What the command centre knows of an item by itself: a line each, for whoever looks to judge. */
export function Facts({ facts, windowS }: { facts: readonly InspectionFact[]; windowS: number }) {
  const { t } = useTranslation();
  if (facts.length === 0) return null;
  return (
    <ul className={styles.facts} data-testid="facts">
      {facts.map((fact, number) => {
        const tone = factTone(fact);
        const Icon = ICONS[tone];
        return (
          <li key={number} data-tone={tone}>
            <Icon aria-hidden="true" /> {factText(t, fact, windowS)}
          </li>
        );
      })}
    </ul>
  );
}

/** Who asks for it, and that nobody read the text where nobody did. */
export function Source({ source }: { source: InspectionItem["source"] }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  return (
    <span className={styles.source}>
      {t("inspection.basis", { source: sourceText(source, language) })}
      {source.reading !== "verified" && (
        <span className={styles.unread}> {term("reading", source.reading)}</span>
      )}
    </span>
  );
}
