import { CheckCircleFilled, CloseCircleFilled, QuestionCircleOutlined } from "@ant-design/icons";
import type { TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { ExamCheckView, SittingView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { schoolName } from "../schools/schoolName";
import { formatClock, formatDuration } from "../time/format";
import { Exact } from "../time/TimeText";
import { Hash } from "../ui/Hash";
import { StateMark } from "../ui/StateMark";
import { usePrinting } from "../ui/usePrinting";
import { WideTable } from "../ui/WideTable";
import { offset, share } from "./exams";
import styles from "./exams.module.css";

/** Rows on a page; on paper all of them. */
const PAGE = 200;

const SHOWN = {
  good: { tone: "ok", icon: CheckCircleFilled },
  bad: { tone: "gap", icon: CloseCircleFilled },
  unknown: { tone: "unknown", icon: QuestionCircleOutlined },
} as const;

function Mark({ check }: { check: ExamCheckView }) {
  const term = useTerm();
  const { tone, icon } = SHOWN[check.state];
  return <StateMark tone={tone} icon={icon} word={term("exam_check", check.check)} testId="exam-check" />;
}

function Why({ check }: { check: ExamCheckView }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (check.why === null) return null;
  const faults = check.faults.map((fault) => term("rules", fault));
  return (
    <span className={styles.muted}>
      {[term("exam_why", check.why), ...faults].join(" · ")} {check.camera_id}
      {check.since && ` · ${t("exam.since", { at: formatClock(check.since) })}`}
    </span>
  );
}

interface ChecksProps {
  checks: ExamCheckView[];
  /** Marks side by side, and only of what is wrong why: for a table of hundreds of rooms. */
  isBrief?: boolean;
}

/** Checks that are not in order by name; one word where all are. */
export function Checks({ checks, isBrief = false }: ChecksProps) {
  const { t } = useTranslation();
  const open = checks.filter(({ state }) => state !== "good");
  if (open.length === 0) {
    return <StateMark tone="ok" icon={CheckCircleFilled} word={t("exam.allGood")} testId="exam-check" />;
  }
  if (isBrief) {
    return (
      <span className={styles.check}>
        <span className={styles.marks}>
          {open.map((check) => (
            <Mark key={check.check} check={check} />
          ))}
        </span>
        {open
          .filter(({ state }) => state === "bad")
          .map((check) => (
            <Why key={check.check} check={check} />
          ))}
      </span>
    );
  }
  return open.map((check) => (
    <span key={check.check} className={styles.check}>
      <Mark check={check} />
      <Why check={check} />
    </span>
  ));
}

export function Footage({ row }: { row: SittingView }) {
  const { t } = useTranslation();
  const term = useTerm();
  if (row.completeness === null) {
    return (
      <StateMark
        tone="unknown"
        icon={QuestionCircleOutlined}
        word={term("exam_check_state", "unknown")}
        testId="exam-footage"
      />
    );
  }
  const whole = row.missing_s === 0;
  return (
    <span className={styles.check}>
      <StateMark
        tone={whole ? "ok" : "gap"}
        icon={whole ? CheckCircleFilled : CloseCircleFilled}
        word={share(row.completeness)}
        testId="exam-footage"
      />
      {row.told_until && (
        <span className={styles.muted}>{t("exam.toldUntil", { at: formatClock(row.told_until) })}</span>
      )}
      {row.gaps.map((gap) => (
        <span key={`${gap.camera_id} ${gap.from_at} ${gap.cause}`} className={styles.muted}>
          {gap.camera_id} {formatClock(gap.from_at)}–{formatClock(gap.to_at)} {term("gap_cause", gap.cause)}
        </span>
      ))}
    </span>
  );
}

export function Shown({ shown }: { shown: SittingView["shown"] }) {
  const { t } = useTranslation();
  const unseen = shown.longest_unseen_s;
  return (
    <span className={styles.check} data-testid="exam-shown" data-times={shown.times}>
      {shown.last_at === null ? (
        <span className={styles.muted}>{t("exam.notShown")}</span>
      ) : (
        <>
          <span>{t("exam.shownTimes", { times: shown.times, length: formatDuration(t, shown.seconds) })}</span>
          <span className={styles.muted}>{t("exam.shownLast", { at: formatClock(shown.last_at) })}</span>
        </>
      )}
      {unseen !== null && (
        <span className={styles.muted}>{t("exam.unseen", { length: formatDuration(t, unseen) })}</span>
      )}
    </span>
  );
}

function Sealed({ row }: { row: SittingView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { seal } = row;
  return (
    <span className={styles.check}>
      {seal ? (
        <>
          <Hash value={seal.chain_head} /> <Exact moment={seal.at} className={styles.muted} />
        </>
      ) : (
        <span className={styles.muted}>
          {row.package ? term("exam_package_state", row.package) : t("exam.notSealed")}
        </span>
      )}
      {row.is_held && <span className={styles.muted}>{t("exam.isHeld")}</span>}
    </span>
  );
}

interface Props {
  rows: SittingView[];
  loading: boolean;
  onOpen: (id: number) => void;
}

/** A row for each room: numbers, checks, footage to the second, what was sealed. */
export function SittingTable({ rows, loading, onOpen }: Props) {
  const { t } = useTranslation();
  const printing = usePrinting();
  const columns: TableColumnsType<SittingView> = [
    {
      title: t("exam.room"),
      key: "room",
      fixed: "left",
      render: (_, row) => (
        <>
          <button type="button" className={styles.open} onClick={() => onOpen(row.id)} data-testid="sitting-open">
            {row.room} {row.room_name}
          </button>
          <div className={styles.muted}>{schoolName(row.school)}</div>
        </>
      ),
    },
    {
      title: t("exam.people"),
      key: "people",
      align: "right",
      render: (_, { expected, present }) => t("exam.ofExpected", { expected, present: present ?? t("exam.notTold") }),
    },
    { title: t("exam.checks"), key: "checks", render: (_, { checks }) => <Checks checks={checks} isBrief={!printing} /> },
    {
      title: t("exam.offset"),
      key: "offset",
      align: "right",
      render: (_, { clock_offset_s }) => (clock_offset_s === null ? t("exam.notMeasured") : offset(clock_offset_s)),
    },
    { title: t("exam.footage"), key: "footage", render: (_, row) => <Footage row={row} /> },
    { title: t("exam.shown"), key: "shown", render: (_, { shown }) => <Shown shown={shown} /> },
    {
      title: t("exam.order"),
      key: "order",
      render: (_, { order_id }) =>
        order_id !== null && (
          <Link to={`/orders/${order_id}`} className={styles.door}>
            {t("exam.orderNumber", { number: order_id })}
          </Link>
        ),
    },
    {
      title: t("exam.seal"),
      key: "seal",
      render: (_, row) => <Sealed row={row} />,
    },
  ];
  return (
    <WideTable<SittingView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      columns={columns}
      pagination={rows.length > PAGE && !printing ? { pageSize: PAGE, showSizeChanger: false } : false}
      onRow={({ id }) => ({ "data-testid": "sitting", "data-sitting": id }) as React.HTMLAttributes<HTMLElement>}
    />
  );
}
