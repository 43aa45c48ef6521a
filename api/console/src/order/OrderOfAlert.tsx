import { SendOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { AlertSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { useAssigning } from "./AssignProvider";
import styles from "./order.module.css";
import { useOrderOfAlert } from "./useOrders";

/** The way from a confirmed alert to its order, or to giving it away. */
export function OrderOfAlert({ alert }: { alert: AlertSummary }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const assign = useAssigning();
  const order = useOrderOfAlert(alert).data;
  if (alert.status !== "confirmed") return null;
  if (order) {
    return (
      <Link to={`/orders/${order.id}`} className={styles.link} data-testid="to-order">
        {t("order.number", { id: order.id })} · {term("order_state", order.state)}
      </Link>
    );
  }
  if (order === undefined || !may("assign_orders")) return null;
  return (
    <Button
      type="primary"
      icon={<SendOutlined />}
      onClick={() => assign(alert.id)}
      aria-keyshortcuts="a"
      data-testid="assign"
    >
      {t("assign.assign")} <kbd>A</kbd>
    </Button>
  );
}
