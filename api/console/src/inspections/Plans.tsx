import { CalendarOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Popconfirm, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { InspectionPlan } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { WideTable } from "../ui/WideTable";
import styles from "./inspections.module.css";
import { PlanForm } from "./PlanForm";

/** Which schools inspect themselves and each other how often, and before which dates. */
export function Plans({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const query = useQuery({ queryKey: keys.inspectionPlans, queryFn: () => api.inspectionPlans() });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const plans = query.data?.items ?? [];
  const add = (
    <Button
      type="primary"
      size="small"
      icon={<PlusOutlined />}
      onClick={() => setAdding(true)}
      data-testid="new-plan"
    >
      {t("inspection.newPlan")}
    </Button>
  );
  return (
    <>
      <ListBar title={t("inspection.views.plans")} query={query} actions={add}>
        {tabs}
      </ListBar>
      <div className={styles.page}>
        {query.data && plans.length === 0 ? (
          <StatePanel
            testId="no-plans"
            icon={<CalendarOutlined />}
            title={t("inspection.noPlans")}
            text={t("inspection.noPlansText")}
          />
        ) : (
          <PlanTable plans={plans} loading={query.isPending} />
        )}
      </div>
      {adding && <PlanForm onClose={() => setAdding(false)} />}
    </>
  );
}

function PlanTable({ plans, loading }: { plans: InspectionPlan[]; loading: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  const schools = new Map(useSchoolOptions().map(({ value, label }) => [value, label]));
  const end = useChange((id: number) => api.endInspectionPlan(id), { invalidates: [keys.inspections] });
  const columns: TableColumnsType<InspectionPlan> = [
    {
      title: t("inspection.kind"),
      key: "kind",
      render: (_, { kind, name }) => (
        <strong>{[name, term("inspection_kind", kind)].filter(Boolean).join(" · ")}</strong>
      ),
    },
    {
      title: t("inspection.subject"),
      key: "subject",
      render: (_, { subject }) => term("order_subject", subject),
    },
    {
      title: t("inspection.when"),
      key: "when",
      render: (_, { first_day, last_day }) =>
        last_day
          ? t("inspection.days", { from: first_day, to: last_day })
          : t("inspection.from", { day: first_day }),
    },
    {
      title: t("inspection.who"),
      key: "schools",
      render: (_, { school_ids: ids }) =>
        ids.length === 0
          ? t("inspection.allSchools")
          : ids.map((id) => schools.get(id) ?? id).join(t("inspection.comma")),
    },
    {
      key: "actions",
      align: "right",
      render: (_, { id }) => (
        <Popconfirm
          title={t("inspection.endAsk")}
          okText={t("inspection.end")}
          cancelText={t("action.cancel")}
          onConfirm={() => end.mutate(id)}
        >
          <Button size="small" danger data-testid="end-plan">
            {t("inspection.end")}
          </Button>
        </Popconfirm>
      ),
    },
  ];
  return (
    <WideTable<InspectionPlan>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={plans}
      columns={columns}
      pagination={false}
      onRow={({ id }) =>
        ({ "data-testid": "plan", "data-plan": id }) as React.HTMLAttributes<HTMLElement>
      }
    />
  );
}
