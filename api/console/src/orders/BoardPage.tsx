import { CheckCircleOutlined, FilterOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useKeys } from "../keyboard/useKeys";
import { COLUMNS, countOf, DEFAULT_ORDER_FILTERS, isBoardNarrowed } from "../order/filters";
import { useOrderList } from "../order/useOrders";
import { useTerm } from "../i18n/terms";
import { ErrorPanel } from "../ui/ErrorPanel";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import styles from "./board.module.css";
import { BoardFilterBar } from "./BoardFilterBar";
import { BoardRow } from "./BoardRow";
import { NewOrder } from "./NewOrder";
import { useBoardFilters } from "./useBoardFilters";

/** What was given away, where it stands, and what is late. */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const navigate = useNavigate();
  const { filters, search, change } = useBoardFilters();
  usePageTitle(t("nav.orders"));
  const list = useOrderList(filters);
  const rows = useMemo(() => (list.data?.pages ?? []).flatMap((page) => page.items), [list.data]);
  const counts = list.data?.pages[0]?.counts;
  const [focusedId, setFocusedId] = useState<number | null>(null);
  const [moved, setMoved] = useState(0);
  const rowsBox = useRef<HTMLOListElement>(null);
  const at = Math.max(0, rows.findIndex((row) => row.id === focusedId));
  const move = (by: -1 | 1) => {
    const next = rows[Math.min(Math.max(0, at + by), rows.length - 1)];
    if (!next) return;
    setFocusedId(next.id);
    setMoved((count) => count + 1);
  };
  useKeys({
    next: () => move(focusedId === null ? -1 : 1),
    previous: () => move(-1),
    open: () => rows[at] && void navigate(`/orders/${rows[at].id}${search}`),
  });
  useEffect(() => {
    if (moved === 0) return;
    rowsBox.current?.querySelector<HTMLElement>("[aria-current=true]")?.focus();
  }, [moved]);

  if (list.isError && !list.data) {
    return <ErrorPanel query={list} stillWorks={t("error.stillWorksOrders")} />;
  }
  return (
    <div className={styles.page} data-testid="board-page">
      <ListBar title={t("nav.orders")} query={list} actions={<NewOrder />}>
        <CountedTabs
          value={filters.column}
          tabs={COLUMNS.map((column) => ({
            value: column,
            name:
              column === "open"
                ? t("order.open")
                : column === "overdue"
                  ? term("order_action", "overdue")
                  : term("order_state", column),
            count: counts ? countOf(column, counts) : 0,
          }))}
          onChange={(column) => change({ column })}
          testId="board-column"
        />
        <BoardFilterBar filters={filters} onChange={change} />
      </ListBar>
      {list.isPending ? (
        <div className={styles.waiting} aria-busy="true">
          <Skeleton active paragraph={{ rows: 8 }} />
        </div>
      ) : rows.length === 0 ? (
        <Empty
          narrowed={isBoardNarrowed(filters)}
          onClear={() => change({ ...DEFAULT_ORDER_FILTERS, column: filters.column })}
        />
      ) : (
        <>
          <ol ref={rowsBox} aria-label={t("nav.orders")} className={styles.rows}>
            {rows.map((order, index) => (
              <BoardRow
                key={order.id}
                order={order}
                search={search}
                focused={focusedId !== null && index === at}
                onFocus={setFocusedId}
              />
            ))}
          </ol>
          {list.hasNextPage && (
            <Button
              className={styles.more ?? ""}
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {t("audit.more")}
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function Empty({ narrowed, onClear }: { narrowed: boolean; onClear: () => void }) {
  const { t } = useTranslation();
  return narrowed ? (
    <StatePanel
      testId="no-orders-filtered"
      icon={<FilterOutlined />}
      title={t("order.noneFiltered")}
      actions={<Button onClick={onClear}>{t("filter.clear")}</Button>}
    />
  ) : (
    <StatePanel
      testId="no-orders"
      icon={<CheckCircleOutlined />}
      title={t("order.none")}
      text={t("order.noneText")}
    />
  );
}
