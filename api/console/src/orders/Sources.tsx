import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { StatusMark } from "../alert/StatusMark";
import type { OrderDetail, SourceView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { CameraPlace, placeOf } from "../schools/CameraPlace";
import { Exact } from "../time/TimeText";
import styles from "./order.module.css";

/** All that an order is about; an alert with the judgement it has now, which may have been revised. */
export function Sources({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  return (
    <section className={styles.box} data-testid="sources">
      <h2 className={styles.heading}>{t("order.about", { count: order.sources.length })}</h2>
      <ul className={styles.sources}>
        {order.sources.map((source) => (
          <Source key={source.id} source={source} />
        ))}
      </ul>
    </section>
  );
}

function Source({ source }: { source: SourceView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { alert } = source;
  if (!alert) {
    return (
      <li className={styles.sourceLine}>
        <span className={styles.muted}>{term("order_source", source.kind)}</span>
        <span className={styles.sourceText}>{source.text}</span>
        {source.inspection_id !== null && (
          <Link to={`/inspections/${source.inspection_id}`} className={styles.toAlert} data-testid="to-inspection">
            {t("forms.toSheet")}
          </Link>
        )}
      </li>
    );
  }
  return (
    <li className={styles.sourceLine}>
      <Link to={`/alerts/${alert.id}`} className={styles.toAlert}>
        {term("rules", alert.rule)}
      </Link>
      <CameraPlace camera={placeOf(alert)} more={alert.zone} className={styles.place} />
      <Exact moment={alert.raised_at} className={styles.muted} />
      <StatusMark status={alert.status} />
    </li>
  );
}
