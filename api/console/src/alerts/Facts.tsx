import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { AlertDetail, AlertSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import { isPictureFault } from "../picture/faults";
import { formatDuration } from "../time/format";
import { Elapsed, Moment } from "../time/TimeText";
import styles from "./facts.module.css";

interface Props {
  alert: AlertSummary;
  /** Adds what only the alert's own record knows. */
  detail: AlertDetail | undefined;
}

export function Facts({ alert, detail }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const classes = alert.classes.map((name) => term("object_class", name)).join(t("list.separator"));
  // A digest stands for other alerts: their number is what it says, and it saw nothing itself.
  const withheld = detail?.episode.facts.withheld;
  const byRule = withheldByRule(detail?.episode.facts ?? {});
  return (
    <dl className={styles.facts} data-testid="facts">
      <Fact name={t("fact.duration")}>
        {alert.state === "open" ? (
          <Elapsed moment={alert.started_at} />
        ) : (
          formatDuration(t, alert.duration_s)
        )}
      </Fact>
      {withheld !== undefined && <Fact name={t("ruleFact.withheld")}>{withheld}</Fact>}
      {byRule.length > 0 && (
        <Fact name={t("ruleFact.withheldOf")} wide>
          {byRule
            .map(([rule, n]) => t("ruleFact.withheldRule", { rule: term("rules", rule), n }))
            .join(t("list.separator"))}
        </Fact>
      )}
      {!isPictureFault(alert) && alert.classes.length > 0 && (
        <>
          <Fact name={t("fact.score")}>{alert.score.toFixed(2)}</Fact>
          <Fact name={t("fact.classes")}>
            {detail ? t("fact.tracks", { classes, count: detail.episode.track_count }) : classes}
          </Fact>
        </>
      )}
      <Fact name={t("fact.started")}>
        <Moment moment={alert.started_at} seconds />
      </Fact>
      <Fact name={t("fact.raised")}>
        <Moment moment={alert.raised_at} seconds />
        {alert.is_dated_ahead && ` · ${t("fact.datedAhead")}`}
      </Fact>
      <Fact name={t("fact.ended")}>
        {alert.state === "open" ? (
          term("episode_state", "open")
        ) : (
          <Moment moment={alert.ended_at} seconds />
        )}
      </Fact>
      <Fact name={t("fact.camera")}>{alert.camera_name}</Fact>
      <Fact name={t("fact.model")}>{detail ? detail.episode.model_id : "—"}</Fact>
    </dl>
  );
}

/** Which rules' alerts a digest stands for, the most first. */
function withheldByRule(facts: AlertDetail["episode"]["facts"]): [string, number][] {
  return Object.entries(facts)
    .flatMap(([name, n]): [string, number][] =>
      name.startsWith(WITHHELD) && typeof n === "number" ? [[name.slice(WITHHELD.length), n]] : [],
    )
    .sort(([, a], [, b]) => b - a);
}

const WITHHELD = "withheld_";

interface FactProps {
  name: string;
  /** Takes a line of its own. */
  wide?: boolean;
  children: ReactNode;
}

function Fact({ name, wide = false, children }: FactProps) {
  return (
    <div className={wide ? `${styles.fact} ${styles.wide}` : styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
