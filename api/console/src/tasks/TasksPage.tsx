import { CheckCircleOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OrderCounts, OrderSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import { isWithSchool } from "../order/due";
import { DEFAULT_ORDER_FILTERS } from "../order/filters";
import { ErrorPanel } from "../ui/ErrorPanel";
import { Refresh } from "../ui/Refresh";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { AboutLine } from "./AboutLine";
import { aboutOf } from "./draft";
import { DraftCards } from "./DraftCards";
import { DraftMark } from "./DraftMark";
import { useDrafts } from "./DraftsProvider";
import { FormCards } from "./FormCards";
import { Still } from "./Still";
import styles from "./tasks.module.css";

const MINE = { ...DEFAULT_ORDER_FILTERS, mine: true };

/** What the signed-in person has to put right: a sentence, then a card each, the first due first. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("tasks.title"));
  const { drafts } = useDrafts();
  const query = useInfiniteQuery({
    queryKey: keys.orderList(MINE),
    queryFn: ({ pageParam }) => api.orders(MINE, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 120_000,
  });
  const pages = query.data?.pages ?? [];
  const orders = pages.flatMap((page) => page.items);
  const counts = pages[0]?.counts;
  const open = orders.filter(isWithSchool);
  const checked = orders.filter((order) => !isWithSchool(order));
  const listed = new Set(orders.map((order) => order.id));
  const others = [...(drafts?.values() ?? [])].filter((draft) => !listed.has(draft.orderId));
  return (
    <div className={styles.page} data-testid="tasks-page">
      <header className={styles.head}>
        <h1 className={styles.sentence} data-testid="tasks-sentence">
          {counts ? <Sentence counts={counts} /> : t("tasks.title")}
        </h1>
        <span className={styles.fresh}>
          <Refresh query={query} />
        </span>
      </header>
      {query.isError && !query.data && (
        <ErrorPanel query={query} stillWorks={t("tasks.stillWorks")} />
      )}
      {query.isPending && <Skeleton active />}
      <FormCards />
      {others.length > 0 && <DraftCards drafts={others} />}
      {query.data && open.length === 0 && (
        <StatePanel
          testId="no-tasks"
          icon={<CheckCircleOutlined />}
          title={t("tasks.none")}
          text={t("tasks.noneText")}
        />
      )}
      <Cards orders={open} />
      {checked.length > 0 && (
        <section>
          <h2 className={styles.section}>{t("tasks.beingChecked")}</h2>
          <Cards orders={checked} />
        </section>
      )}
      {query.hasNextPage && (
        <Button
          block
          size="large"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("audit.more")}
        </Button>
      )}
    </div>
  );
}

function Sentence({ counts }: { counts: OrderCounts }) {
  const { t } = useTranslation();
  const count = counts.assigned + counts.feedback_received + counts.rectifying;
  if (count === 0) return t("tasks.sentenceNone");
  return (
    <>
      {t("tasks.sentence", { count })}
      {counts.overdue > 0 && (
        <span className={styles.late}>
          {t("tasks.joint")}
          {t("tasks.sentenceOverdue", { count: counts.overdue })}
        </span>
      )}
    </>
  );
}

function Cards({ orders }: { orders: OrderSummary[] }) {
  const { t } = useTranslation();
  const { drafts } = useDrafts();
  const term = useTerm();
  return (
    <ul className={styles.cards}>
      {orders.map((order) => (
        <li key={order.id}>
          <Link
            to={`/tasks/${order.id}`}
            className={styles.card}
            data-risk={order.risk}
            data-testid="task-card"
            data-order={order.id}
            data-state={order.state}
          >
            <Still
              url={order.alert?.snapshot_url}
              missing={order.text ? t("order.byHand") : undefined}
            />
            <div className={styles.text}>
              <AboutLine about={aboutOf(order)} isOpen={isWithSchool(order)} />
              <span className={styles.marks}>
                <span className={styles.state}>{term("order_state", order.state)}</span>
                <DraftMark orderId={order.id} draft={drafts?.get(order.id)} />
              </span>
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}
