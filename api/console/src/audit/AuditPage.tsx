import { DownloadOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, DatePicker, Input } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { usePreferences } from "../ui/preferences";
import { api } from "../http/api";
import { accessLogFile } from "../http/files";
import { keys } from "../http/keys";
import type { AccessAction, AccessEntry, AccessFilters } from "../http/types";
import { isTerm, type TermFamily, termIds, useTerm } from "../i18n/terms";
import { useUrlFilter } from "../schools/useUrlFilter";
import { formatExact } from "../time/format";
import { ChangeList } from "../ui/ChangeList";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect, SEVERAL } from "../ui/FilterSelect";
import { ListBar } from "../ui/ListBar";
import { usePageTitle } from "../ui/usePageTitle";
import { WideTable } from "../ui/WideTable";
import styles from "./audit.module.css";
import { ChainState } from "./ChainState";
import { subjectText } from "./subject";

function readFilters(params: URLSearchParams): AccessFilters {
  const [from, to, username, school] = ["from", "to", "user", "school"].map((name) => params.get(name));
  const actions = (params.get("action") ?? "").split(",").filter((each) => isTerm("access_action", each));
  return {
    ...(actions.length > 0 ? { action: actions as AccessAction[] } : {}),
    ...(username ? { username } : {}),
    ...(school ? { school_id: school } : {}),
    ...(from && dayjs(from).isValid() ? { from: dayjs(from).toISOString() } : {}),
    ...(to && dayjs(to).isValid() ? { to: dayjs(to).add(1, "day").toISOString() } : {}),
  };
}

/** Who saw, exported, decided and changed what; and whether this is all that was written. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("keeping.access-log"));
  const { language } = usePreferences();
  const [params] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const query = useInfiniteQuery({
    queryKey: keys.accessLog(filters),
    queryFn: ({ pageParam }) => api.accessLog(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  return (
    <div data-testid="audit-page">
      <ListBar
        title={t("keeping.access-log")}
        query={query}
        actions={
          <Button
            size="small"
            icon={<DownloadOutlined />}
            href={accessLogFile(filters, language)}
            download
            data-testid="audit-export"
          >
            {t("audit.export")}
          </Button>
        }
      >
        <Filters />
      </ListBar>
      <div className={styles.page}>
        <ChainState />
        <Entries
          rows={(query.data?.pages ?? []).flatMap((page) => page.items)}
          loading={query.isPending}
        />
        {query.hasNextPage && (
          <Button
            block
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
            data-testid="audit-more"
          >
            {t("audit.more")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Filters() {
  const { t } = useTranslation();
  const term = useTerm();
  const [actions, setActions] = useUrlFilter("action");
  const [user, setUser] = useUrlFilter("user");
  const [school, setSchool] = useUrlFilter("school");
  const [params, setParams] = useSearchParams();
  const day = (name: string) => {
    const value = params.get(name);
    return value && dayjs(value).isValid() ? dayjs(value) : null;
  };
  return (
    <>
      <FilterSelect<string[]>
        {...SEVERAL}
        style={{ minWidth: 170 }}
        popupMatchSelectWidth={false}
        placeholder={t("audit.action")}
        aria-label={t("audit.action")}
        value={actions ? actions.split(",") : []}
        onChange={(chosen: string[]) => setActions(chosen.length > 0 ? chosen.join(",") : null)}
        options={termIds("access_action").map((value) => ({
          value,
          label: term("access_action", value),
        }))}
        data-testid="audit-action"
      />
      <Input.Search
        size="small"
        allowClear
        style={{ width: 150 }}
        placeholder={t("audit.user")}
        aria-label={t("audit.user")}
        defaultValue={user ?? ""}
        onSearch={(text) => setUser(text.trim() || null)}
        data-testid="audit-user"
      />
      <Input.Search
        size="small"
        allowClear
        style={{ width: 160 }}
        placeholder={t("audit.school")}
        aria-label={t("audit.school")}
        defaultValue={school ?? ""}
        onSearch={(text) => setSchool(text.trim() || null)}
      />
      <DatePicker.RangePicker
        size="small"
        allowEmpty={[true, true]}
        value={[day("from"), day("to")]}
        onChange={(moments) =>
          setParams(
            (before) => {
              const next = new URLSearchParams(before);
              (["from", "to"] as const).forEach((name, index) => {
                const moment = moments?.[index];
                if (moment) next.set(name, moment.format("YYYY-MM-DD"));
                else next.delete(name);
              });
              return next;
            },
            { replace: true },
          )
        }
      />
    </>
  );
}

function Entries({ rows, loading }: { rows: AccessEntry[]; loading: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <WideTable<AccessEntry>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      locale={{ emptyText: t("audit.none") }}
      onRow={({ id, action }) =>
        ({
          "data-testid": "audit-entry",
          "data-number": id,
          "data-action": action,
        }) as React.HTMLAttributes<HTMLElement>
      }
      expandable={{
        rowExpandable: ({ changes }) => changes.length > 0,
        expandedRowRender: ({ changes }) => <ChangeList changes={changes} />,
        expandRowByClick: true,
      }}
      columns={[
        { title: term("audit_column", "id"), dataIndex: "id", align: "right" },
        {
          title: t("audit.at"),
          dataIndex: "at",
          render: (at: string) => formatExact(at).slice(0, 19),
        },
        {
          title: t("audit.action"),
          dataIndex: "action",
          render: (action: string) => term("access_action", action),
        },
        {
          title: t("audit.user"),
          key: "user",
          render: (_, { username, client }) => (
            <>
              {username || <span className={styles.muted}>{t("audit.system")}</span>}
              <div className={styles.muted}>{client}</div>
            </>
          ),
        },
        {
          title: t("audit.about"),
          key: "about",
          render: (_, entry) => (
            <>
              {[entry.school_id, entry.camera_id, entry.subject && subjectText(t, entry.subject)].filter(Boolean).join(" · ")}
              {entry.reason && <div className={styles.muted}>{reasonText(term, entry.action, entry.reason)}</div>}
            </>
          ),
        },
      ]}
    />
  );
}

/** Whose words the reason is in where a box gave it. */
const REFUSALS: Readonly<Record<string, TermFamily>> = {
  configuration_refused: "configuration_refusal",
  credential_refused: "credential_refusal",
};

function reasonText(term: ReturnType<typeof useTerm>, action: string, reason: string): string {
  const families = [REFUSALS[action], "original_reason", "viewing_reason", "alert_status"] as const;
  const family = families.find((each) => each && isTerm(each, reason));
  return family ? term(family, reason) : reason;
}
