import { FileDoneOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import type { TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { InspectionCell, InspectionTable } from "../http/types";
import { useTerm } from "../i18n/terms";
import { InspectionMark } from "../inspection/StateMark";
import { daysOf } from "../inspection/words";
import { useUrlFilter } from "../schools/useUrlFilter";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { WideTable } from "../ui/WideTable";
import { KINDS, KindSelect, SUBJECTS, SubjectSelect } from "./choices";
import styles from "./inspections.module.css";
import { sumUp } from "./table";
import { schoolName } from "../schools/schoolName";

type Row = InspectionTable["rows"][number];

/** Schools × periods: who has signed, who is late, what was found, and why there is nothing. */
export function FormTable({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation();
  const [kindName, setKind] = useUrlFilter("kind");
  const [subjectName, setSubject] = useUrlFilter("subject");
  const kind = KINDS.find((each) => each === kindName) ?? "daily";
  const subject = SUBJECTS.find((each) => each === subjectName) ?? "safety";
  const query = useQuery({
    queryKey: keys.inspectionTable(kind, subject),
    queryFn: () => api.inspectionTable(kind, subject),
    refetchInterval: 60_000,
  });
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const table = query.data;
  const columns: TableColumnsType<Row> = [
    {
      title: t("filter.school"),
      key: "school",
      fixed: "left",
      render: (_, { school }) => <strong>{schoolName(school)}</strong>,
    },
    ...(table?.periods ?? []).map((period, number) => ({
      title: period.name ? `${period.name} ${daysOf(t, period)}` : daysOf(t, period),
      key: `${period.name} ${period.first_day}`,
      render: (_: unknown, row: Row) => {
        const cell = row.cells[number];
        return cell && <CellMark cell={cell} />;
      },
    })),
  ];
  return (
    <>
      <ListBar title={t("nav.inspections")} query={query}>
        {tabs}
        <KindSelect value={kind} onChange={setKind} />
        <SubjectSelect value={subject} onChange={setSubject} />
      </ListBar>
      <div className={styles.page}>
        {table && table.periods.length > 0 && (
          <p className={styles.lead} data-testid="inspection-sentence">
            {sumUp(t, table)}
          </p>
        )}
        {table && table.periods.length === 0 ? (
          <StatePanel
            testId="no-inspections"
            icon={<FileDoneOutlined />}
            title={t("inspection.notPlanned")}
            text={t("inspection.notPlannedText")}
          />
        ) : (
          <WideTable<Row>
            rowKey={({ school }) => school.school_id}
            size="small"
            loading={query.isPending}
            dataSource={table?.rows ?? []}
            columns={columns}
            pagination={false}
            onRow={({ school }) =>
              ({ "data-testid": "inspection-row", "data-school": school.school_id }) as React.HTMLAttributes<HTMLElement>
            }
          />
        )}
      </div>
    </>
  );
}

function CellMark({ cell }: { cell: InspectionCell }) {
  const { t } = useTranslation();
  const term = useTerm();
  const mark = <InspectionMark state={cell.state} />;
  if (cell.inspection_id === null) {
    return (
      <span className={styles.cell}>
        {mark}
        {cell.why && <span className={styles.muted}>{term("inspection_why", cell.why)}</span>}
      </span>
    );
  }
  return (
    <Link to={`/inspections/${cell.inspection_id}`} className={styles.cell} data-testid="inspection-cell">
      {mark}
      {cell.hazard_count > 0 && (
        <span className={styles.hazards}>{t("inspection.hazards", { count: cell.hazard_count })}</span>
      )}
    </Link>
  );
}
