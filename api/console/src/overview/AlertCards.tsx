import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { RiskMark } from "../alert/RiskMark";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { formatExact } from "../time/format";
import { queueOf, RISKS, STATES } from "./overview";
import styles from "./overview.module.css";
import { useClasses, useWeeks, type Counted } from "./useOverview";

/** Alerts of seven days by class and state; each number opens its queue. */
export function AlertsCard() {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const classes = useClasses();
  if (!may("view_alerts")) return null;
  return (
    <section className={`${styles.card} ${styles.wide}`} data-testid="overview-alerts">
      <h2>{t("overview.alerts")}</h2>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("filter.risk")}</th>
            {STATES.map((state) => (
              <th key={state} scope="col">
                {term("alert_status", state)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {RISKS.map((risk, index) => (
            <tr key={risk}>
              <th scope="row">
                <RiskMark risk={risk} />
              </th>
              {STATES.map((state) => {
                const { filters, counts } = classes[index] as Counted;
                return (
                  <td key={state}>
                    <Link to={queueOf(filters, state)} data-testid={`alerts-${risk}-${state}`}>
                      {counts ? counts[state] : t("overview.reading")}
                    </Link>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Week by week: how many alerts, and what became of them. */
export function TrendCard() {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const weeks = useWeeks();
  if (!may("view_alerts")) return null;
  const totals = weeks.map(({ counts }) => STATES.reduce((sum, state) => sum + (counts?.[state] ?? 0), 0));
  const most = Math.max(1, ...totals);
  return (
    <section className={`${styles.card} ${styles.wider}`} data-testid="overview-trend">
      <h2>{t("overview.trend")}</h2>
      <ol className={styles.trend}>
        {weeks.map(({ filters, counts }, index) => (
          <li key={filters.from}>
            <Link to={queueOf(filters, null)}>
              <strong>{counts ? totals[index] : t("overview.reading")}</strong>
            </Link>
            <span className={styles.stack} aria-hidden="true">
              {STATES.filter((state) => (counts?.[state] ?? 0) > 0).map((state) => (
                <span
                  key={state}
                  data-state={state}
                  style={{ height: `${(100 * (counts?.[state] ?? 0)) / most}%` }}
                />
              ))}
            </span>
            <span className={styles.muted}>
              {t("overview.weekOf", { day: formatExact(filters.from ?? "").slice(5, 10) })}
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.legend}>
        {STATES.map((state) => (
          <span key={state}>
            <span className={styles.key} data-state={state} aria-hidden="true" /> {term("alert_status", state)}
          </span>
        ))}
      </p>
    </section>
  );
}
