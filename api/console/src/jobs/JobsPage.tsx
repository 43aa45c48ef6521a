import { CheckCircleOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Popconfirm, Table } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { JobView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Ago, Moment } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import styles from "./jobs.module.css";

/** What the command centre was to do by itself, and gave up. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("keeping.jobs"));
  const query = useInfiniteQuery({
    queryKey: keys.jobs,
    queryFn: ({ pageParam }) => api.jobs(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const rows = (query.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <div data-testid="jobs-page">
      <ListBar title={t("keeping.jobs")} query={query}>
        <span className={styles.muted}>{t("jobs.what")}</span>
      </ListBar>
      {query.data && rows.length === 0 ? (
        <StatePanel
          testId="no-jobs"
          icon={<CheckCircleOutlined />}
          title={t("jobs.none")}
          text={t("jobs.noneText")}
        />
      ) : (
        <div className={styles.page}>
          <Jobs rows={rows} loading={query.isPending} />
          {query.hasNextPage && (
            <Button block onClick={() => void query.fetchNextPage()}>
              {t("audit.more")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Jobs({ rows, loading }: { rows: JobView[]; loading: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  const options = { invalidates: [keys.jobs] };
  const retry = useChange((job: JobView) => api.retryJob(job.id), options);
  const discard = useChange((job: JobView) => api.discardJob(job.id), options);
  return (
    <Table<JobView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      scroll={{ x: "max-content" }}
      onRow={({ id }) =>
        ({ "data-testid": "job", "data-job": id }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        {
          title: t("jobs.kind"),
          key: "kind",
          render: (_, { kind, key }) => (
            <>
              <strong>{term("job_kind", kind)}</strong>
              <div className={styles.muted}>{key}</div>
            </>
          ),
        },
        {
          title: t("jobs.failed"),
          dataIndex: "failed_at",
          render: (at: string | null) => at && <Ago moment={at} />,
        },
        { title: t("jobs.attempts"), dataIndex: "attempts", align: "right" },
        { title: t("jobs.error"), dataIndex: "error", render: (code: string) => <code>{code}</code> },
        {
          title: t("jobs.asked"),
          dataIndex: "created_at",
          render: (at: string) => <Moment moment={at} />,
        },
        {
          key: "actions",
          align: "right",
          render: (_, job) => (
            <>
              <Button size="small" onClick={() => retry.mutate(job)} data-testid="job-retry">
                {t("jobs.retry")}
              </Button>{" "}
              <Popconfirm
                title={t("jobs.discardAsk")}
                okText={t("jobs.discard")}
                cancelText={t("action.cancel")}
                onConfirm={() => discard.mutate(job)}
              >
                <Button size="small" danger data-testid="job-discard">
                  {t("jobs.discard")}
                </Button>
              </Popconfirm>
            </>
          ),
        },
      ]}
    />
  );
}
