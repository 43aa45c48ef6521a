import { DatePicker, Form, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { AssessmentCreate, AssessmentView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { FormDrawer } from "../ui/FormDrawer";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";
import styles from "./privacy.module.css";
import { WORDS } from "./words";

type Fields = Omit<AssessmentCreate, "assessed_on" | "review_on"> & { assessed_on: Dayjs; review_on: Dayjs };

/** A new assessment, or one that takes another's place: none is changed. */
export function AssessmentForm({ replaced, onClose }: { replaced: AssessmentView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<Fields>();
  const schools = useSchoolOptions();
  const save = useChange(
    (fields: Fields) =>
      api.createAssessment({
        ...fields,
        school_id: fields.school_id ?? null,
        document: fields.document ?? "",
        assessed_on: fields.assessed_on.format("YYYY-MM-DD"),
        review_on: fields.review_on.format("YYYY-MM-DD"),
        replaces: replaced?.id ?? null,
      }),
    { invalidates: [keys.assessments], onDone: onClose },
  );
  const column = (key: string) => term("assessment_column", key);
  const needed = [{ required: true, message: t("privacy.needed") }];
  const texts = replaced && Object.fromEntries([...WORDS, "subject", "author"].map((key) => [key, replaced[key as "subject"]]));
  return (
    <FormDrawer<Fields>
      title={t(replaced ? "privacy.replace" : "privacy.newAssessment")}
      form={form}
      initial={{
        ...texts,
        school_id: replaced?.school?.school_id ?? (schools.length === 1 ? schools[0]?.value : undefined),
        assessed_on: dayjs(),
        review_on: dayjs().add(1, "year"),
      }}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="assessment-save"
    >
      <Form.Item name="school_id" label={column("school")}>
        <Select
          allowClear
          disabled={replaced !== null}
          placeholder={t("users.district")}
          showSearch={{ optionFilterProp: "label" }}
          options={schools}
        />
      </Form.Item>
      <Form.Item name="subject" label={column("subject")} rules={needed}>
        <Input maxLength={128} data-testid="assessment-subject" />
      </Form.Item>
      {WORDS.map((key) => (
        <Form.Item key={key} name={key} label={column(key)} rules={needed}>
          <Input.TextArea maxLength={4000} rows={3} data-testid={`assessment-${key}`} />
        </Form.Item>
      ))}
      <div className={styles.grid}>
        <Form.Item name="author" label={column("author")} rules={needed}>
          <Input maxLength={128} data-testid="assessment-author" />
        </Form.Item>
        <Form.Item name="document" label={column("document")}>
          <Input maxLength={128} />
        </Form.Item>
        <Form.Item name="assessed_on" label={column("assessed_on")} rules={needed}>
          <DatePicker allowClear={false} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="review_on" label={column("review_on")} rules={needed}>
          <DatePicker allowClear={false} style={{ width: "100%" }} />
        </Form.Item>
      </div>
    </FormDrawer>
  );
}
