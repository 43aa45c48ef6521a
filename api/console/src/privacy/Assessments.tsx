import { useQuery } from "@tanstack/react-query";
import { ClockCircleOutlined } from "@ant-design/icons";
import { Button, Popconfirm, Table } from "antd";
import dayjs from "dayjs";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { assessmentsFile } from "../http/files";
import { keys } from "../http/keys";
import type { AssessmentView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { usePreferences } from "../ui/preferences";
import { StateMark } from "../ui/StateMark";
import { useChange } from "../ui/useChange";
import { AssessmentForm } from "./AssessmentForm";
import styles from "./privacy.module.css";
import { PrivacySchool } from "./PrivacySchool";
import { RegisterFrame } from "./RegisterFrame";
import { WORDS } from "./words";
import { schoolName } from "../schools/schoolName";

/** What was weighed before people are filmed, and when it is weighed again. */
export function Assessments({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const [school, setSchool] = useUrlFilter("school");
  const [writing, write] = useState<AssessmentView | "new" | null>(null);
  const query = useQuery({
    queryKey: keys.assessmentList(school),
    queryFn: () => api.assessments(school),
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  return (
    <RegisterFrame
      query={query}
      tabs={tabs}
      filters={<PrivacySchool value={school} onChange={setSchool} />}
      file={assessmentsFile(school, language)}
      onAdd={() => write("new")}
    >
      <Rows rows={query.data?.items ?? []} loading={query.isPending} onReplace={write} />
      {writing && <AssessmentForm replaced={writing === "new" ? null : writing} onClose={() => write(null)} />}
    </RegisterFrame>
  );
}

interface RowsProps {
  rows: AssessmentView[];
  loading: boolean;
  onReplace: (row: AssessmentView) => void;
}

function Rows({ rows, loading, onReplace }: RowsProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const end = useChange((id: number) => api.endAssessment(id, dayjs().format("YYYY-MM-DD")), {
    invalidates: [keys.assessments],
  });
  const column = (key: string) => term("assessment_column", key);
  return (
    <Table<AssessmentView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: t("privacy.noAssessments") }}
      onRow={({ id }) =>
        ({ "data-testid": "assessment-row", "data-number": id }) as React.HTMLAttributes<HTMLElement>
      }
      expandable={{
        expandedRowRender: (row) => (
          <dl className={styles.facts}>
            {[...WORDS, "document" as const].map((key) => [
              <dt key={`${key}-name`}>{column(key)}</dt>,
              <dd key={key}>{row[key] || "—"}</dd>,
            ])}
          </dl>
        ),
      }}
      columns={[
        { title: column("id"), dataIndex: "id", align: "right" },
        {
          title: t("filter.school"),
          key: "school",
          render: (_, { school }) => schoolName(school) ?? t("users.district"),
        },
        { title: column("subject"), dataIndex: "subject" },
        { title: column("author"), dataIndex: "author" },
        { title: column("assessed_on"), dataIndex: "assessed_on" },
        {
          title: column("review_on"),
          key: "review",
          render: (_, { review_on, is_review_due }) => (
            <span className={styles.marked}>
              {review_on}
              {is_review_due && (
                <StateMark tone="gap" icon={ClockCircleOutlined} word={t("privacy.reviewDue")} testId="review-due" />
              )}
            </span>
          ),
        },
        {
          title: t("privacy.standing"),
          key: "standing",
          render: (_, { ended_on, keep_until }) =>
            ended_on ? t("privacy.endedKept", { ended: ended_on, until: keep_until }) : t("privacy.inForce"),
        },
        {
          key: "actions",
          align: "right",
          render: (_, row) =>
            may("manage_privacy") &&
            !row.ended_on && (
              <>
                <Button size="small" type="link" onClick={() => onReplace(row)} data-testid="assessment-replace">
                  {t("privacy.replace")}
                </Button>
                <Popconfirm title={t("privacy.endAsk")} onConfirm={() => end.mutate(row.id)}>
                  <Button size="small" type="text" data-testid="assessment-end">
                    {t("privacy.end")}
                  </Button>
                </Popconfirm>
              </>
            ),
        },
      ]}
    />
  );
}
