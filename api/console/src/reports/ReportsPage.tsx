import { FileTextOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { AskForm } from "./AskForm";
import { isOpen, READ_AGAIN_MS } from "./reports";
import styles from "./reports.module.css";
import { ReportTable } from "./ReportTable";
import { Schedules } from "./Schedules";
import { Verify } from "./Verify";

/** What is handed in: made, taken, and told from a forged one. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("keeping.reports"));
  const query = useInfiniteQuery({
    queryKey: keys.reports,
    queryFn: ({ pageParam }) => api.reports(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some(isOpen)) ? READ_AGAIN_MS : false,
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const rows = (query.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <div data-testid="reports-page">
      <ListBar title={t("keeping.reports")} query={query}>
        <span className={styles.muted}>{t("reports.what")}</span>
      </ListBar>
      <div className={styles.page}>
        <AskForm />
        {query.data && rows.length === 0 ? (
          <StatePanel
            testId="no-reports"
            icon={<FileTextOutlined />}
            title={t("reports.none")}
            text={t("reports.noneText")}
          />
        ) : (
          <ReportTable rows={rows} loading={query.isPending} />
        )}
        {query.hasNextPage && (
          <Button block onClick={() => void query.fetchNextPage()}>
            {t("audit.more")}
          </Button>
        )}
        <Schedules />
        <Verify />
      </div>
    </div>
  );
}
