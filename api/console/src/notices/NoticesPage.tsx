import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ChannelView, NoticeRuleView, NoticeState } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect } from "../ui/FilterSelect";
import { ListBar } from "../ui/ListBar";
import { usePageTitle } from "../ui/usePageTitle";
import { ChannelDialog } from "./ChannelDialog";
import { ChannelTable } from "./ChannelTable";
import { NoticeTable } from "./NoticeTable";
import styles from "./notices.module.css";
import { RuleDialog } from "./RuleDialog";
import { RuleTable } from "./RuleTable";

const VIEWS = ["log", "channels", "rules"] as const;
type View = (typeof VIEWS)[number];
/** What is edited: a row, or a new one. */
type Edited = { channel: ChannelView | null } | { rule: NoticeRuleView | null } | null;

/** Who is told outside of the console, by which channel, and what became of it. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("keeping.notices"));
  const [view, setView] = useState<View>("log");
  const [state, setState] = useState<NoticeState | null>(null);
  const [edited, setEdited] = useState<Edited>(null);
  const channels = useQuery({ queryKey: keys.noticeChannels, queryFn: () => api.noticeChannels() });
  const rules = useQuery({ queryKey: keys.noticeRules, queryFn: () => api.noticeRules() });
  const log = useInfiniteQuery({
    queryKey: keys.noticeLog(state),
    queryFn: ({ pageParam }) => api.noticeLog(state, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const query = { log, channels, rules }[view];
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const known = channels.data?.items ?? [];
  const close = () => setEdited(null);
  return (
    <div data-testid="notices-page">
      <ListBar
        title={t("keeping.notices")}
        query={query}
        actions={
          view !== "log" && (
            <Button
              size="small"
              type="primary"
              icon={<PlusOutlined />}
              onClick={() => setEdited(view === "channels" ? { channel: null } : { rule: null })}
              data-testid={`add-${view}`}
            >
              {t(`notices.add.${view}`)}
            </Button>
          )
        }
      >
        <Segmented<View>
          size="small"
          value={view}
          onChange={setView}
          options={VIEWS.map((each) => ({ value: each, label: t(`notices.views.${each}`) }))}
          data-testid="notice-views"
        />
        {view === "log" && <StateFilter value={state} onChange={setState} />}
      </ListBar>
      <div className={styles.page}>
        {view === "channels" && (
          <ChannelTable
            rows={known}
            loading={channels.isPending}
            onEdit={(channel) => setEdited({ channel })}
          />
        )}
        {view === "rules" && (
          <RuleTable
            rows={rules.data?.items ?? []}
            channels={known}
            loading={rules.isPending}
            onEdit={(rule) => setEdited({ rule })}
          />
        )}
        {view === "log" && (
          <>
            <NoticeTable
              rows={(log.data?.pages ?? []).flatMap((page) => page.items)}
              loading={log.isPending}
            />
            {log.hasNextPage && (
              <Button block onClick={() => void log.fetchNextPage()}>
                {t("audit.more")}
              </Button>
            )}
          </>
        )}
      </div>
      {edited && "channel" in edited && <ChannelDialog row={edited.channel} onClose={close} />}
      {edited && "rule" in edited && (
        <RuleDialog row={edited.rule} channels={known} onClose={close} />
      )}
    </div>
  );
}

interface FilterProps {
  value: NoticeState | null;
  onChange: (state: NoticeState | null) => void;
}

function StateFilter({ value, onChange }: FilterProps) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <FilterSelect<NoticeState>
      style={{ minWidth: 120 }}
      placeholder={t("notices.state")}
      aria-label={t("notices.state")}
      value={value}
      onChange={(state: NoticeState | undefined) => onChange(state ?? null)}
      options={termIds("notice_state").map((id) => ({
        value: id as NoticeState,
        label: term("notice_state", id),
      }))}
      data-testid="filter-notice-state"
    />
  );
}
