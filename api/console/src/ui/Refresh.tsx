import { ReloadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { useLive } from "../live/LiveProvider";
import { formatClock, formatExact } from "../time/format";
import { toServerTime } from "../time/serverClock";
import styles from "./Refresh.module.css";

/** What is asked here of a query. */
export interface Reading {
  dataUpdatedAt: number;
  isError: boolean;
  isRefetching: boolean;
  refetch: () => Promise<unknown>;
}

/** As of when a list is true, and a button to read it again. */
export function Refresh({ query, className }: { query: Reading; className?: string | undefined }) {
  const { t } = useTranslation();
  return (
    <>
      <Freshness updatedAt={query.dataUpdatedAt} failed={query.isError} className={className} />
      <Button
        type="text"
        size="small"
        icon={<ReloadOutlined spin={query.isRefetching} />}
        onClick={() => void query.refetch()}
        aria-label={t("action.refresh")}
        data-testid="refresh"
      />
    </>
  );
}

interface FreshnessProps {
  updatedAt: number;
  failed: boolean;
  className?: string | undefined;
}

/** "更新于 14:02:31". */
function Freshness({ updatedAt, failed, className = "" }: FreshnessProps) {
  const { t } = useTranslation();
  const { status, lastContact } = useLive();
  if (updatedAt === 0) return null;
  // While events flow, the list is as fresh as the last contact; otherwise as the last read.
  const read = toServerTime(updatedAt);
  const fresh = status === "live" && lastContact !== null ? Math.max(read, lastContact) : read;
  return (
    <span
      className={`${styles.freshness} ${failed ? styles.stale : ""} ${className}`}
      title={formatExact(fresh)}
      data-testid="freshness"
    >
      {t(failed ? "queue.refreshFailed" : "queue.updatedAt", { at: formatClock(fresh) })}
    </span>
  );
}
