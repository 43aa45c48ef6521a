import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import { ReadinessMark } from "../rule/ReadinessMark";
import { ruleName, shapeOf, typeOf, type Rule } from "./editing";
import { scheduleFault } from "./options";
import { faultOf } from "./shapes";
import { useFaultText } from "./useFaultText";
import type { Readiness } from "./useZones";
import styles from "./zones.module.css";

interface Props {
  rules: readonly Rule[];
  chosen: number;
  readiness: ReadonlyMap<string, Readiness>;
  onChosen: (index: number) => void;
}

/** The camera's own rules, each with its zone or line, and what keeps it from watching. */
export function RuleList({ rules, chosen, readiness, onChosen }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const faultText = useFaultText();
  return (
    <ul className={styles.rules}>
      {rules.map((rule, index) => {
        const shape = shapeOf(rule);
        const fault = shape && faultOf(shape.points, shape.kind);
        const ready = readiness.get(typeOf(rule));
        const isNamed = typeof rule["id"] === "string" && rule["id"] !== typeOf(rule);
        return (
          <li key={ruleName(rule) + String(index)}>
            <button
              type="button"
              className={styles.rule}
              aria-pressed={index === chosen}
              onClick={() => onChosen(index)}
              data-testid="zone-rule"
              data-rule={ruleName(rule)}
            >
              <strong>
                {term("rules", typeOf(rule))} {isNamed && <code>{ruleName(rule)}</code>}
              </strong>
              <span className={styles.muted}>{shape?.name ?? t("zones.noShape")}</span>
              {ready && ready.state !== "ready" && <ReadinessMark state={ready.state} />}
              {fault && shape && <span className={styles.wrong}>{faultText(fault, shape.kind)}</span>}
              {scheduleFault(rule["schedule"]) && (
                <span className={styles.wrong}>{t("zones.schedule.wrong")}</span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
