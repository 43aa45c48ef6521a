import { PictureOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { RiskMark } from "../alert/RiskMark";
import type { OrderSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Due, OrderFlags, OrderStateMark } from "../order/OrderMarks";
import { useMay } from "../session/policy";
import { Moment } from "../time/TimeText";
import styles from "./board.module.css";
import { useOrderTitle } from "./useOrderTitle";
import { schoolName } from "../schools/schoolName";

interface Props {
  order: OrderSummary;
  search: string;
  focused: boolean;
  onFocus: (id: number) => void;
}

/** What it is about left, where it stands and until when right, its class as a bar. */
export function BoardRow({ order, search, focused, onFocus }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const title = useOrderTitle()(order);
  const { alert } = order;
  const where = [schoolName(order.school), alert?.camera_name, alert?.camera_location].filter(Boolean);
  return (
    <li className={styles.item}>
      <Link
        to={`/orders/${order.id}${search}`}
        className={styles.row}
        data-risk={order.risk}
        data-testid="order-row"
        data-order={order.id}
        aria-current={focused}
        onFocus={() => onFocus(order.id)}
      >
        <Thumb order={order} />
        <div className={styles.text}>
          <p className={styles.line}>
            <strong className={styles.title}>{title}</strong>
            <RiskMark risk={order.risk} />
            {order.source_count > 1 && (
              <span className={styles.muted}>{t("order.sources", { count: order.source_count })}</span>
            )}
          </p>
          <p className={`${styles.line} ${styles.muted}`}>
            <span className={styles.where}>{where.join(" · ")}</span>
          </p>
          <p className={`${styles.line} ${styles.muted}`}>
            <span>{t("order.number", { id: order.id })}</span>
            <span>{term("order_subject", order.subject)}</span>
            <span>{order.responsible ?? t("order.nobody")}</span>
            {order.photograph_count > 0 && (
              <span>
                <PictureOutlined aria-hidden="true" />{" "}
                {t("order.photographs", { count: order.photograph_count })}
              </span>
            )}
          </p>
        </div>
        <div className={styles.state}>
          <OrderStateMark state={order.state} />
          <OrderFlags order={order} />
          {order.closed_at ? (
            <span className={styles.muted}>
              {order.closed_by} <Moment moment={order.closed_at} />
            </span>
          ) : (
            <Due order={order} />
          )}
        </div>
      </Link>
    </li>
  );
}

function Thumb({ order }: { order: OrderSummary }) {
  const { t } = useTranslation();
  const sees = useMay()("see_pictures");
  const url = sees ? order.alert?.snapshot_url : null;
  return (
    <div className={styles.thumb}>
      {url ? (
        <img src={url} alt="" loading="lazy" decoding="async" />
      ) : (
        <span>{t(order.alert ? "order.noStill" : "order.byHand")}</span>
      )}
    </div>
  );
}
