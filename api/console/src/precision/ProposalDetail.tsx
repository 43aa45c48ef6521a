import { useTranslation } from "react-i18next";

import type { Proposal } from "../http/types";
import { useTerm } from "../i18n/terms";
import { CodeBlock } from "../ui/CodeBlock";
import { Door } from "./Door";
import { configuration, percent, type Line } from "./precision";
import styles from "./precision.module.css";

/** The threshold in a cell: what it would be, spare and cost; or why there is none. */
export function ProposalCell({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { effect } = proposal;
  if (!effect) return <span className={styles.muted}>{term("precision_outcome", proposal.outcome)}</span>;
  return (
    <div data-testid="precision-proposal">
      <strong>{t("precision.threshold", { threshold: effect.threshold.toFixed(2) })}</strong>
      <div className={styles.muted}>
        {t("precision.wouldHave", { removed: effect.removed, lost: effect.lost })}
      </div>
    </div>
  );
}

interface Props {
  line: Line;
  proposal: Proposal;
  few: number;
  fewConfirmed: number;
}

/** On what a threshold rests, what it would have changed, and where it is set. */
export function ProposalDetail({ line, proposal, few, fewConfirmed }: Props) {
  const { t } = useTranslation();
  const { outcome, effect, confirmed, false_positive: refuted, unscored } = proposal;
  const below = (status: "confirmed" | "false_positive" | "pending_review") =>
    effect ? { ...line.behind, status: [status], score_below: effect.threshold } : line.behind;
  return (
    <>
      <p className={styles.basis}>
        {t("precision.restsOn", { confirmed, refuted })}
        {unscored > 0 && ` ${t("precision.unscored", { count: unscored })}`}
        {proposal.is_class_1 && ` ${t("precision.class1")}`}
      </p>
      {outcome !== "proposed" && <p>{t(`precision.why.${outcome}.text`, { few, fewConfirmed })}</p>}
      {effect && (
        <>
          <dl className={styles.facts}>
            <dt>{t("precision.removed")}</dt>
            <dd>
              <Door count={effect.removed} behind={below("false_positive")} name={t("precision.removed")} />
            </dd>
            <dt>{t("precision.lost")}</dt>
            <dd>
              <Door count={effect.lost} behind={below("confirmed")} name={t("precision.lost")} />{" "}
              <span className={styles.muted}>
                {t("precision.lostAtMost", { n: percent(effect.lost_share.high) })}
              </span>
            </dd>
            <dt>{t("precision.pendingBelow")}</dt>
            <dd>
              <Door
                count={effect.pending_below}
                behind={below("pending_review")}
                name={t("precision.pendingBelow")}
              />
            </dd>
            <dt>{t("precision.after")}</dt>
            <dd>
              {effect.precision_after &&
                t("precision.ofAfter", {
                  n: percent(effect.precision_after.value),
                  low: percent(effect.precision_after.low),
                  high: percent(effect.precision_after.high),
                })}
            </dd>
          </dl>
          <p className={styles.where}>{t(line.camera ? "precision.whereCamera" : "precision.whereRule")}</p>
          <CodeBlock text={configuration(line, effect.threshold)} />
          <p className={styles.muted}>{t("precision.caution")}</p>
        </>
      )}
    </>
  );
}
