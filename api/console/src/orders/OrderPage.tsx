import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, Skeleton } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { RiskMark } from "../alert/RiskMark";
import { Problem } from "../http/problem";
import type { OrderDetail } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useKeys } from "../keyboard/useKeys";
import { CallMeeting } from "../meeting/CallMeeting";
import { Due, OrderFlags, OrderStateMark } from "../order/OrderMarks";
import { useOrder, useOrderList } from "../order/useOrders";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { BeforeAfter, EarlierRounds } from "./BeforeAfter";
import { Comment } from "./Comment";
import { lostText } from "./lost";
import styles from "./order.module.css";
import { OrderActions } from "./OrderActions";
import { OrderFacts } from "./OrderFacts";
import { OrderTimeline } from "./OrderTimeline";
import { Signatures } from "./Signatures";
import { Sources } from "./Sources";
import { useBoardFilters } from "./useBoardFilters";
import { useDecision } from "./useDecision";
import { useOrderTitle } from "./useOrderTitle";
import { schoolName } from "../schools/schoolName";

/** Everything about one work order, at an address that can be sent to a colleague; printed, a sheet. */
export function Component() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const id = Number(useParams().id);
  const { filters, search } = useBoardFilters();
  const query = useOrder(id);
  const list = useOrderList(filters);
  const order = query.data;
  const title = useOrderTitle();
  usePageTitle(order ? title(order) : t("nav.orders"), t("order.number", { id }));

  const ids = (list.data?.pages ?? []).flatMap((page) => page.items.map((each) => each.id));
  const go = (by: -1 | 1) => {
    const at = ids.indexOf(id);
    const to = at < 0 ? undefined : ids[at + by];
    if (to !== undefined) void navigate(`/orders/${to}${search}`, { replace: true });
  };
  useKeys({
    next: () => go(1),
    previous: () => go(-1),
    close: () => void navigate(`/orders${search}`),
  });

  if (query.isError && !order) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="order-not-found"
        title={t("order.notFound")}
        text={t("order.notFoundText")}
        actions={<Link to={`/orders${search}`}>{t("order.toBoard")}</Link>}
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("error.stillWorksOrders")} />
    );
  }
  if (!order) {
    return (
      <div className={styles.waiting} aria-busy="true">
        <Skeleton active paragraph={{ rows: 12 }} />
      </div>
    );
  }
  return <Order key={order.id} order={order} title={title(order)} search={search} />;
}

function Order({ order, title, search }: { order: OrderDetail; title: string; search: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  const decision = useDecision();
  const [shown, setShown] = useState<ReadonlySet<number>>(() => new Set());
  const onShown = useCallback((photograph: number) => {
    setShown((known) => (known.has(photograph) ? known : new Set([...known, photograph])));
  }, []);
  return (
    <article className={styles.page} data-testid="order-page" data-state={order.state}>
      <p className={styles.sheetTitle}>{t("order.sheet.title", { school: schoolName(order.school) })}</p>
      <header className={styles.head}>
        <Link to={`/orders${search}`} className={styles.back} data-testid="back-to-board">
          <ArrowLeftOutlined aria-hidden="true" /> {t("nav.orders")}
        </Link>
        <h1 className={styles.title}>{title}</h1>
        <span className={styles.muted}>{t("order.number", { id: order.id })}</span>
        <RiskMark risk={order.risk} />
        <OrderStateMark state={order.state} />
        <OrderFlags order={order} />
        <Due order={order} />
        <CallMeeting about={{ order_id: order.id }} />
      </header>
      {order.merged_into !== null && (
        <Alert
          type="info"
          showIcon
          title={
            <>
              {t("order.mergedInto")}{" "}
              <Link to={`/orders/${order.merged_into}`}>
                {t("order.number", { id: order.merged_into })}
              </Link>
            </>
          }
        />
      )}
      {decision.lost && (
        <Alert
          type="warning"
          showIcon
          closable={{ onClose: decision.forget }}
          title={lostText(t, term, decision.lost)}
          className={styles.lost ?? ""}
          data-testid="order-lost"
        />
      )}
      <div className={styles.columns}>
        <div className={styles.main}>
          <BeforeAfter order={order} onShown={onShown} />
          <OrderActions order={order} shown={shown} decision={decision} />
          <OrderFacts order={order} />
          <EarlierRounds order={order} />
          <Sources order={order} />
        </div>
        <aside className={styles.side}>
          <section className={styles.box}>
            <h2 className={styles.heading}>{t("order.process")}</h2>
            <OrderTimeline history={order.history} />
            {order.merged_into === null && <Comment orderId={order.id} />}
          </section>
        </aside>
      </div>
      <Signatures />
    </article>
  );
}
