import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { OrderDetail } from "../http/types";
import { useTerm } from "../i18n/terms";
import { DeadlineSource } from "../order/DeadlineSource";
import { Exact } from "../time/TimeText";
import styles from "./order.module.css";
import { schoolName } from "../schools/schoolName";

/** Who, until when and on what ground. */
export function OrderFacts({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  const responsible = order.responsible ?? t("order.nobody");
  return (
    <dl className={`${styles.box} ${styles.facts}`} data-testid="order-facts">
      <Fact name={t("order.school")}>{schoolName(order.school)}</Fact>
      <Fact name={t("assign.subject")}>{term("order_subject", order.subject)}</Fact>
      <Fact name={t("order.responsible")}>
        {order.assignee ? responsible : t("order.ofDuty", { name: responsible })}
      </Fact>
      <Fact name={t("order.createdBy")}>
        {order.created_by} <Exact moment={order.created_at} />
      </Fact>
      <Fact name={t("assign.due")} wide>
        <Exact moment={order.due_at} /> <DeadlineSource deadline={order.deadline} />
      </Fact>
      {order.rectified_at && (
        <Fact name={t("order.rectifiedBy")}>
          {order.rectified_by} <Exact moment={order.rectified_at} />
        </Fact>
      )}
      {order.closed_at && (
        <Fact name={t("order.closedBy")}>
          {order.closed_by} <Exact moment={order.closed_at} />
        </Fact>
      )}
      {order.merged.length > 0 && (
        <Fact name={t("order.tookOver")}>
          {order.merged.map((id) => (
            <Link key={id} to={`/orders/${id}`} className={styles.toAlert}>
              {t("order.number", { id })}
            </Link>
          ))}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? styles.wide : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
