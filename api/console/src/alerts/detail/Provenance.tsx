import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { AlertDetail } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { formatDuration } from "../../time/format";
import { Moment } from "../../time/TimeText";
import { Hash } from "../../ui/Hash";
import styles from "./detail.module.css";

/** What decided this alert: enough to repeat the decision later. */
export function Provenance({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const { episode } = alert;
  const more = Object.entries(episode.facts);
  return (
    <dl className={styles.provenance} data-testid="provenance">
      <Line name={t("provenance.model")}>{episode.model_id}</Line>
      <Line name={t("provenance.modelHash")}>
        <Hash value={episode.model_sha256} />
      </Line>
      <Line name={t("provenance.configHash")}>
        <Hash value={episode.config_sha256} />
      </Line>
      <Line name={t("provenance.rule")}>
        <code>{alert.rule_id}</code>
      </Line>
      {more.map(([name, value]) => (
        <RuleFact key={name} name={name} value={value} />
      ))}
      <Line name={t("provenance.updated")}>
        <Moment moment={episode.updated_at} seconds />{" "}
        {t("provenance.revision", { n: episode.revision })}
      </Line>
      <Line name={t("provenance.id")}>
        <code className={styles.id}>{alert.id}</code>
      </Line>
    </dl>
  );
}

/** Of picture faults. */
const MEASURES = [
  "covered_share",
  "brightness",
  "saturated_share",
  "change",
  "sharpness_ratio",
  "same_share",
  "shift_right",
  "shift_down",
  "lab_a",
  "lab_b",
  "silent_s",
  "offset_s",
  "allowed_s",
] as const;

function isMeasure(name: string): name is (typeof MEASURES)[number] {
  return (MEASURES as readonly string[]).includes(name);
}

/** Of a digest: how many alerts of a rule it stands for. */
const WITHHELD = "withheld_";

type FactValue = AlertDetail["episode"]["facts"][string];

/** What the rule measured; a name from a newer worker is shown as it came. */
function RuleFact({ name, value }: { name: string; value: FactValue }) {
  const { t } = useTranslation();
  const term = useTerm();
  switch (name) {
    case "people":
      return <Line name={t("ruleFact.people")}>{value}</Line>;
    case "in":
      return <Line name={t("ruleFact.in")}>{value}</Line>;
    case "out":
      return <Line name={t("ruleFact.out")}>{value}</Line>;
    case "dwell_s":
      return <Line name={t("ruleFact.dwell_s")}>{formatDuration(t, Number(value))}</Line>;
    case "direction":
      return (
        <Line name={t("ruleFact.direction")}>
          {value === "in" || value === "out" || value === "both"
            ? t(`ruleFact.directions.${value}`)
            : value}
        </Line>
      );
    case "violating":
    case "complying":
    case "unable_to_judge":
      return <Line name={term("outcome", name)}>{value}</Line>;
    case "withheld":
      return <Line name={t("ruleFact.withheld")}>{value}</Line>;
    default:
      if (isMeasure(name)) {
        return <Line name={t(`ruleFact.measure.${name}`)}>{measured(t, name, value)}</Line>;
      }
      if (name.startsWith(WITHHELD)) {
        return <Line name={term("rules", name.slice(WITHHELD.length))}>{value}</Line>;
      }
      return <Line name={<code>{name}</code>}>{value}</Line>;
  }
}

/** A share is read as a percentage. */
function measured(t: TFunction, name: string, value: FactValue): ReactNode {
  if (typeof value !== "number" || !name.endsWith("_share")) return value;
  return t("retention.percent", { n: Math.round(value * 1000) / 10 });
}

function Line({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
