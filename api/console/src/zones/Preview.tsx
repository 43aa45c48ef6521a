import { useMutation } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ProblemList } from "../configuration/ProblemList";
import { api } from "../http/api";
import type { PreviewAnswer, PreviewedRule, PreviewHour } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { formatDuration, formatExact } from "../time/format";
import { useProblemText } from "../ui/problemText";
import { same, type Rule } from "./editing";
import styles from "./zones.module.css";

const HOURS = 24;
/** Times of one rule that are listed; all are counted. */
const LISTED = 24;

interface Props {
  cameraKey: number;
  rules: readonly Rule[];
  isWrong: boolean;
}

/** What the rules as they are drawn would have raised over the tracks that the box holds. */
export function Preview({ cameraKey, rules, isWrong }: Props) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const ask = useMutation({
    mutationFn: (drawn: readonly Rule[]) => api.previewRules(cameraKey, { rules: [...drawn], hours: HOURS }),
  });
  const isOld = ask.variables !== undefined && !same(ask.variables, rules);
  return (
    <section className={styles.form} aria-label={t("zones.preview.title")} data-testid="zones-preview">
      <div className={styles.top}>
        <h2>{t("zones.preview.title")}</h2>
        <span className={styles.spacer} />
        <Button
          size="small"
          disabled={isWrong || rules.length === 0}
          loading={ask.isPending}
          onClick={() => ask.mutate(rules)}
          data-testid="preview-ask"
        >
          {t("zones.preview.ask")}
        </Button>
      </div>
      <div className={styles.canvas} aria-live="polite">
        {!ask.data && !ask.error && <p className={styles.muted}>{t("zones.preview.help")}</p>}
        {ask.error && <Alert type="error" showIcon title={problemText(ask.error)} />}
        {ask.data && isOld && (
          <Alert type="info" showIcon title={t("zones.preview.old")} data-testid="preview-old" />
        )}
        {ask.data && <Told cameraKey={cameraKey} told={ask.data} />}
      </div>
    </section>
  );
}

function Told({ cameraKey, told }: { cameraKey: number; told: PreviewAnswer }) {
  const { t } = useTranslation();
  if (told.state !== "judged") {
    return (
      <>
        <Alert type="warning" showIcon title={t(`zones.preview.state.${told.state}`)} data-testid="preview-not" />
        {(told.problems ?? []).length > 0 && <ProblemList problems={told.problems ?? []} />}
      </>
    );
  }
  const held = formatDuration(t, told.held_s ?? 0);
  const size = ((told.size_bytes ?? 0) / 1e6).toFixed(1);
  return (
    <>
      <p className={styles.muted} data-testid="preview-held">
        {t("zones.preview.held", { held, size })}
      </p>
      {told.is_cut && (
        <p className={styles.muted}>{t("zones.preview.cut", { from: formatExact(told.from_at).slice(0, 16) })}</p>
      )}
      {(told.damaged ?? 0) > 0 && <p className={styles.wrong}>{t("zones.preview.damaged", { count: told.damaged })}</p>}
      {(told.rules ?? []).map((rule) => (
        <OfRule key={rule.rule_id} cameraKey={cameraKey} rule={rule} />
      ))}
      <p className={styles.muted}>{t("zones.preview.key")}</p>
    </>
  );
}

function OfRule({ cameraKey, rule }: { cameraKey: number; rule: PreviewedRule }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const alerts = (rule.alerts ?? []).slice(-LISTED).reverse();
  const total = rule.alert_count ?? null;
  return (
    <div className={styles.previewed} data-testid="previewed-rule" data-rule={rule.rule_id}>
      <strong>
        {term("rules", rule.rule)} {rule.zone}{" "}
        <span data-testid="preview-total">
          {total === null ? t("zones.preview.notAnalysed") : t("zones.preview.alerts", { count: total })}
        </span>
      </strong>
      {(rule.withheld ?? 0) > 0 && (
        <span className={styles.muted}>{t("zones.preview.withheld", { count: rule.withheld })}</span>
      )}
      {(rule.not_seen ?? []).length > 0 && (
        <span className={styles.muted}>{t("zones.preview.notSeen", { names: (rule.not_seen ?? []).join(", ") })}</span>
      )}
      <ol className={styles.hours}>
        {(rule.hours ?? []).map((hour) => (
          <Hour key={hour.from_at} hour={hour} />
        ))}
      </ol>
      {alerts.length > 0 && (
        <ul className={styles.moments}>
          {alerts.map(({ started_at, raised_at }) => {
            const when = formatExact(raised_at).slice(5, 19);
            return (
              <li key={`${started_at} ${raised_at}`}>
                {may("play_recordings") ? (
                  <Link to={`/recordings/${cameraKey}?at=${encodeURIComponent(started_at)}`} target="_blank">
                    {when}
                  </Link>
                ) : (
                  when
                )}
              </li>
            );
          })}
        </ul>
      )}
      {total !== null && total > alerts.length && (
        <span className={styles.muted}>{t("zones.preview.newest", { count: alerts.length })}</span>
      )}
    </div>
  );
}

function Hour({ hour }: { hour: PreviewHour }) {
  const { t } = useTranslation();
  const count = hour.alerts ?? null;
  const at = formatExact(hour.from_at).slice(5, 16);
  const said = {
    analysed: t("zones.preview.alerts", { count: count ?? 0 }),
    partly: t("zones.preview.partly", {
      alerts: t("zones.preview.alerts", { count: count ?? 0 }),
      analysed: formatDuration(t, hour.analysed_s),
      watched: formatDuration(t, hour.watched_s),
    }),
    not_analysed: t("zones.preview.notAnalysed"),
    off_schedule: t("zones.preview.offSchedule"),
  }[hour.state];
  const words = t("zones.preview.hour", { at, said });
  return (
    <li className={styles.hour} data-state={hour.state} data-testid="preview-hour" title={words}>
      <span aria-hidden="true">{count ?? ""}</span>
      <span className="visually-hidden">{words}</span>
    </li>
  );
}
