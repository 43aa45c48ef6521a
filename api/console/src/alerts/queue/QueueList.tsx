import { ArrowUpOutlined } from "@ant-design/icons";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AlertPage, AlertSummary } from "../../http/types";
import { useLive } from "../../live/LiveProvider";
import { AlertRow } from "./AlertRow";
import { BlindRow } from "./BlindRow";
import styles from "./queue.module.css";
import { RowKeeper } from "./RowKeeper";

interface Props {
  list: UseInfiniteQueryResult<InfiniteData<AlertPage>>;
  rows: readonly AlertSummary[];
  focusedId: string | undefined;
  selected: ReadonlySet<string>;
  /** Grows with every move by keyboard; the row then takes the page's focus. */
  moved: number;
  search: string;
  showStatus: boolean;
  /** Absent on a phone, where a row opens the alert's page. */
  onFocus: ((id: string) => void) | undefined;
  /** Present while rows are chosen by touch. */
  onChoose: ((id: string) => void) | undefined;
}

const SKELETON_ROWS = 8;

export function QueueList(props: Props) {
  const { list, rows, focusedId, moved } = props;
  const { t } = useTranslation();
  const { arrivals } = useLive();
  const end = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const keeper = useRef<RowKeeper>(null);
  const [unseen, setUnseen] = useState(0);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;

  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void fetchNextPage();
      },
      { root: scroller.current, rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, rows.length]);

  useLayoutEffect(() => {
    if (!scroller.current) return undefined;
    const made = new RowKeeper(scroller.current, setUnseen);
    keeper.current = made;
    return () => made.close();
  }, []);
  useLayoutEffect(() => keeper.current?.settle(arrivals), [rows, arrivals]);

  useEffect(() => {
    const row = scroller.current?.querySelector<HTMLElement>("[aria-current=true]");
    if (!row) return;
    if (moved > 0) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }, [focusedId, moved]);

  return (
    <div className={styles.list} ref={scroller} data-testid="queue-list">
      <BlindRow />
      {unseen > 0 && (
        <div className={styles.unseen}>
          <button type="button" onClick={() => scroller.current?.scrollTo({ top: 0 })} data-testid="unseen">
            <ArrowUpOutlined aria-hidden="true" /> {t("queue.unseen", { count: unseen })}
          </button>
        </div>
      )}
      {list.isPending && (
        <ul aria-busy="true" aria-label={t("queue.loading")}>
          {Array.from({ length: SKELETON_ROWS }, (_, index) => (
            <li key={index} className={styles.skeleton} data-testid="row-skeleton" />
          ))}
        </ul>
      )}
      <ol aria-label={t("queue.rows")}>
        {rows.map((alert) => (
          <AlertRow
            key={alert.id}
            alert={alert}
            focused={alert.id === focusedId}
            arrived={arrivals.has(alert.id)}
            selected={props.selected.has(alert.id)}
            search={props.search}
            showStatus={props.showStatus}
            onFocus={props.onFocus}
            onChoose={props.onChoose}
          />
        ))}
      </ol>
      <div ref={end} className={styles.end}>
        {isFetchNextPageError ? (
          <Button size="small" onClick={() => void fetchNextPage()}>
            {t("queue.moreFailed")}
          </Button>
        ) : hasNextPage ? (
          t("queue.loading")
        ) : (
          rows.length > 0 && t("queue.end", { count: rows.length })
        )}
      </div>
    </div>
  );
}
