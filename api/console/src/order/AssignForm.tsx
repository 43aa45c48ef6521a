import { Form, Input, Select, type FormInstance } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { OrderSubject } from "../http/types";
import { useTerm } from "../i18n/terms";
import { SUBJECTS } from "./filters";
import { useDuties } from "./useOrders";

const DueField = lazy(() => import("./DueField"));

/** Stands for "whoever has the duty". */
export const BY_DUTY = "";

export interface AssignFields {
  subject: OrderSubject;
  assignee: string;
  /** RFC 3339; null: as of the table, or as it is. */
  due_at: string | null;
  note: string;
}

/** What is sent of it. */
export function assignment({ subject, assignee, due_at, note }: AssignFields) {
  return { subject, assignee: assignee === BY_DUTY ? null : assignee, due_at, note };
}

interface Props {
  form: FormInstance<AssignFields>;
  initial: AssignFields;
  schoolId: string;
  candidates: readonly string[];
  /** The deadline if nobody chooses another. */
  dueAt: string;
  dueSource: ReactNode;
  onFinish: (fields: AssignFields) => void;
}

/** To whom and until when. */
export function AssignForm({ form, initial, schoolId, candidates, dueAt, dueSource, onFinish }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const duties = useDuties().data?.items ?? [];
  const subject = Form.useWatch("subject", form) ?? initial.subject;
  const holder = duties.find((each) => each.school_id === schoolId && each.subject === subject);
  return (
    <Form<AssignFields>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={initial}
      onFinish={onFinish}
    >
      <Form.Item name="subject" label={t("assign.subject")}>
        <Select
          options={SUBJECTS.map((value) => ({ value, label: term("order_subject", value) }))}
          data-testid="assign-subject"
        />
      </Form.Item>
      <Form.Item name="assignee" label={t("assign.to")}>
        <Select
          options={[
            {
              value: BY_DUTY,
              label: holder
                ? t("assign.byDuty", { name: holder.username })
                : t("assign.byDutyNobody"),
            },
            ...candidates.map((value) => ({ value, label: value })),
          ]}
          data-testid="assign-to"
        />
      </Form.Item>
      <Form.Item name="due_at" label={t("assign.due")} extra={dueSource}>
        {/* Form.Item hands the value to its one child. */}
        <LazyDue dueAt={dueAt} />
      </Form.Item>
      <Form.Item name="note" label={t("assign.note")}>
        <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} data-testid="assign-note" />
      </Form.Item>
    </Form>
  );
}

interface DueProps {
  id?: string;
  value?: string | null;
  onChange?: (value: string | null) => void;
  dueAt: string;
}

function LazyDue(props: DueProps) {
  return (
    <Suspense>
      <DueField {...props} />
    </Suspense>
  );
}
