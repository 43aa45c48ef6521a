import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { HazardRow } from "../http/types";
import { useTerm } from "../i18n/terms";
import { OrderStateMark } from "../order/OrderMarks";
import { Exact } from "../time/TimeText";
import styles from "./inspections.module.css";

/** What became of a hazard: its order, who put it right, and who looked at it again. */
export function HazardOrderMark({ order }: { order: HazardRow["hazard"]["order"] }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (!order) return <span className={styles.muted}>{t("inspection.orderElsewhere")}</span>;
  return (
    <span className={styles.cell}>
      <Link to={`/orders/${order.order_id}`} className={styles.door} data-testid="hazard-order">
        {t("order.number", { id: order.order_id })}
      </Link>
      <OrderStateMark state={order.state} />
      {order.is_overdue && <span className={styles.major}>{term("order_action", "overdue")}</span>}
      {order.rectified_by && order.rectified_at && (
        <span className={styles.muted}>
          {t("inspection.rectified", { name: order.rectified_by })} <Exact moment={order.rectified_at} />
        </span>
      )}
      {order.closed_by && order.closed_at && (
        <span className={styles.muted}>
          {t("inspection.checked", { name: order.closed_by })} <Exact moment={order.closed_at} />
        </span>
      )}
    </span>
  );
}
