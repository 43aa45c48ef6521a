import { ClockCircleOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { api } from "../http/api";
import { requestsFile } from "../http/files";
import { keys } from "../http/keys";
import type { RequestFilters, RequestKind, RequestState, RequestView } from "../http/types";
import { isTerm, termIds, useTerm } from "../i18n/terms";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { formatExact } from "../time/format";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect, SEVERAL } from "../ui/FilterSelect";
import { usePreferences } from "../ui/preferences";
import { StateMark } from "../ui/StateMark";
import { DecisionDialog } from "./DecisionDialog";
import styles from "./privacy.module.css";
import { RegisterFrame } from "./RegisterFrame";
import { RequestForm } from "./RequestForm";
import { PrivacySchool } from "./PrivacySchool";
import { schoolName } from "../schools/schoolName";

function readFilters(params: URLSearchParams): RequestFilters {
  const several = (name: string) => (params.get(name) ?? "").split(",").filter(Boolean);
  const states = several("state");
  return {
    ...(states.includes("overdue") ? { overdue: true } : {}),
    state: states.filter((each) => isTerm("request_state", each)) as RequestState[],
    kind: several("kind").filter((each) => isTerm("request_kind", each)) as RequestKind[],
    school_id: several("school"),
  };
}

const minute = (moment: string) => formatExact(moment).slice(0, 16);

/** Who was filmed and asks for what, until when, and what became of it. */
export function Requests({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const [params] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const [editing, edit] = useState<RequestView | "new" | null>(null);
  const [deciding, decide] = useState<{ row: RequestView; step: "answer" | "refuse" } | null>(null);
  const query = useInfiniteQuery({
    queryKey: keys.requestList(filters),
    queryFn: ({ pageParam }) => api.requests(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const counts = query.data?.pages[0]?.counts;
  return (
    <RegisterFrame
      query={query}
      tabs={tabs}
      filters={<Filters />}
      file={requestsFile(filters, language)}
      onAdd={() => edit("new")}
    >
      {counts && (
        <p className={styles.counts} data-testid="privacy-counts" data-overdue={counts.overdue}>
          {t("privacy.counts", { open: counts.received, overdue: counts.overdue })}
        </p>
      )}
      <Rows
        rows={(query.data?.pages ?? []).flatMap((page) => page.items)}
        loading={query.isPending}
        onEdit={edit}
        onDecide={(row, step) => decide({ row, step })}
      />
      {query.hasNextPage && (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
      {editing && <RequestForm row={editing === "new" ? null : editing} onClose={() => edit(null)} />}
      {deciding && <DecisionDialog {...deciding} onClose={() => decide(null)} />}
    </RegisterFrame>
  );
}

function Filters() {
  const { t } = useTranslation();
  const term = useTerm();
  const [states, setStates] = useUrlFilter("state");
  const [kinds, setKinds] = useUrlFilter("kind");
  const [school, setSchool] = useUrlFilter("school");
  const choice = (value: string | null, change: (value: string | null) => void) => ({
    ...SEVERAL,
    style: { minWidth: 140 },
    popupMatchSelectWidth: false,
    value: value ? value.split(",") : [],
    onChange: (chosen: string[]) => change(chosen.length > 0 ? chosen.join(",") : null),
  });
  return (
    <>
      <FilterSelect<string[]>
        {...choice(states, setStates)}
        placeholder={term("request_column", "state")}
        aria-label={term("request_column", "state")}
        options={[
          ...termIds("request_state").map((value) => ({ value, label: term("request_state", value) })),
          { value: "overdue", label: t("privacy.overdue") },
        ]}
        data-testid="privacy-state"
      />
      <FilterSelect<string[]>
        {...choice(kinds, setKinds)}
        placeholder={term("request_column", "kind")}
        aria-label={term("request_column", "kind")}
        options={termIds("request_kind").map((value) => ({ value, label: term("request_kind", value) }))}
      />
      <PrivacySchool value={school} onChange={setSchool} />
    </>
  );
}

interface RowsProps {
  rows: RequestView[];
  loading: boolean;
  onEdit: (row: RequestView) => void;
  onDecide: (row: RequestView, step: "answer" | "refuse") => void;
}

function Rows({ rows, loading, onEdit, onDecide }: RowsProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const column = (key: string) => term("request_column", key);
  return (
    <Table<RequestView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: t("privacy.noRequests") }}
      onRow={({ id, state, is_overdue }) =>
        ({
          "data-testid": "request-row",
          "data-number": id,
          "data-state": state,
          "data-overdue": is_overdue,
        }) as React.HTMLAttributes<HTMLElement>
      }
      expandable={{ expandedRowRender: (row) => <Detail row={row} /> }}
      columns={[
        { title: column("id"), dataIndex: "id", align: "right" },
        { title: column("school"), key: "school", render: (_, { school }) => schoolName(school) },
        { title: column("kind"), dataIndex: "kind", render: (kind: string) => term("request_kind", kind) },
        {
          title: column("applicant"),
          key: "applicant",
          render: (_, { applicant, identity_check }) => (
            <>
              {applicant}
              <div className={styles.muted}>{term("identity_check", identity_check)}</div>
            </>
          ),
        },
        { title: t("privacy.received"), key: "received", render: (_, row) => minute(row.received_at) },
        {
          title: t("privacy.due"),
          key: "due",
          render: (_, row) => (
            <span className={styles.marked}>
              {minute(row.due_at)}
              {row.is_overdue && (
                <StateMark tone="gap" icon={ClockCircleOutlined} word={t("privacy.overdue")} testId="overdue" />
              )}
            </span>
          ),
        },
        {
          title: column("state"),
          key: "state",
          render: (_, { state, decided_by }) => (
            <>
              {term("request_state", state)}
              <div className={styles.muted}>{decided_by}</div>
            </>
          ),
        },
        {
          key: "actions",
          align: "right",
          render: (_, row) =>
            may("manage_privacy") &&
            row.state === "received" && (
              <>
                <Button size="small" type="link" onClick={() => onDecide(row, "answer")} data-testid="request-answer">
                  {t("privacy.answer")}
                </Button>
                <Button size="small" type="text" onClick={() => onDecide(row, "refuse")} data-testid="request-refuse">
                  {t("privacy.refuse")}
                </Button>
                <Button size="small" type="text" onClick={() => onEdit(row)} data-testid="request-edit">
                  {t("action.edit")}
                </Button>
              </>
            ),
        },
      ]}
    />
  );
}

function Detail({ row }: { row: RequestView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  const column = (key: string) => term("request_column", key);
  const window = row.from_at && row.to_at && `${minute(row.from_at)} – ${minute(row.to_at)}`;
  return (
    <dl className={styles.facts}>
      <dt>{t("privacy.where")}</dt>
      <dd>{[row.place, window].filter(Boolean).join(" · ") || "—"}</dd>
      <dt>{column("note")}</dt>
      <dd>{row.note || "—"}</dd>
      <dt>{column("deadline_source")}</dt>
      <dd>
        {row.deadline
          ? `${row.deadline.source[language]} · ${term("verified", String(row.deadline.verified))}`
          : t("privacy.ownDeadline")}
      </dd>
      <dt>{column("cameras")}</dt>
      <dd>{row.cameras.map(({ name }) => name).join(t("list.separator")) || "—"}</dd>
      <dt>{column("alerts")}</dt>
      <dd>
        {row.alerts.length === 0 && "—"}
        {row.alerts.map((alert) => (
          <div key={alert.id}>
            <Link to={`/alerts/${alert.id}`}>{alert.id.slice(0, 8)}</Link>{" "}
            {alert.is_held ? t("privacy.held") : alert.has_evidence ? t("privacy.notHeld") : t("privacy.gone")}
          </div>
        ))}
      </dd>
      <dt>{column("outcome")}</dt>
      <dd>{row.outcome || "—"}</dd>
    </dl>
  );
}
