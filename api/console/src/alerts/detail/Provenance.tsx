import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { AlertDetail } from "../../http/types";
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
        <Line key={name} name={<code>{name}</code>}>
          {String(value)}
        </Line>
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

function Line({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
