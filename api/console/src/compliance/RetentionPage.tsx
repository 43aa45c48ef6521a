import { DownloadOutlined, HddOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { Freshness } from "../alerts/queue/Freshness";
import { usePreferences } from "../app/preferences";
import { retentionFile } from "../http/api";
import type { RetentionState } from "../http/types";
import { useTerm } from "../i18n/terms";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { BoxTable } from "./BoxTable";
import styles from "./compliance.module.css";
import { byBox, nobodyReports, RETENTION_STATES } from "./retention";
import { useRetention } from "./useRetention";

type Filter = "all" | RetentionState;

function readFilter(value: string | null): Filter {
  return RETENTION_STATES.find((state) => state === value) ?? "all";
}

/** Is every camera's footage kept as long as it must be, and how do we know? */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useRetention();
  const { language } = usePreferences();
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params.get("state"));

  if (query.isError && !query.data) {
    return (
      <ErrorPanel
        error={query.error}
        stillWorks={t("error.stillWorksRetention")}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const all = query.data?.items ?? [];
  const shown = all.filter((row) => filter === "all" || row.state === filter);
  const filters: Filter[] = [
    "all",
    ...RETENTION_STATES.filter((state) => state === filter || all.some((row) => row.state === state)),
  ];
  const count = (each: Filter) =>
    each === "all" ? all.length : all.filter((row) => row.state === each).length;
  return (
    <div className={styles.page} data-testid="retention-page">
      <header className={styles.bar}>
        <h1 className="visually-hidden">{t("nav.retention")}</h1>
        <Segmented<Filter>
          size="small"
          value={filter}
          onChange={(next) => setParams(next === "all" ? {} : { state: next }, { replace: true })}
          options={filters.map((each) => ({
            value: each,
            label: (
              <span>
                {each === "all" ? t("retention.all") : term("retention_state", each)}{" "}
                <span className={styles.count}>{count(each)}</span>
              </span>
            ),
          }))}
          data-testid="retention-filter"
        />
        <span className={styles.spacer} />
        <Freshness updatedAt={query.dataUpdatedAt} failed={query.isError} />
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined spin={query.isRefetching} />}
          onClick={() => void query.refetch()}
          aria-label={t("action.refresh")}
        />
        <Button
          size="small"
          icon={<DownloadOutlined />}
          href={retentionFile(language)}
          download
          disabled={all.length === 0}
          data-testid="retention-export"
        >
          {t("retention.export")}
        </Button>
      </header>
      {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
      {query.data && nobodyReports(all) && (
        <StatePanel
          testId="retention-empty"
          icon={<HddOutlined />}
          hatched
          title={t("retention.empty")}
          text={t("retention.emptyText")}
        />
      )}
      {query.data && all.length > 0 && shown.length === 0 && (
        <StatePanel
          testId="no-retention-in-state"
          title={t("retention.noneInState", {
            state: filter === "all" ? t("retention.all") : term("retention_state", filter),
          })}
        />
      )}
      {byBox(shown).map((box) => (
        <BoxTable key={box.workerId ?? ""} box={box} />
      ))}
    </div>
  );
}
