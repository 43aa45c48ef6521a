import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { SchoolCreate, SchoolView, SchoolWrite } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useChange } from "../ui/useChange";
import { FLAGS, SCHOOL_TYPES } from "./fields";
import { FormDrawer } from "../ui/FormDrawer";
import { ID_PATTERN } from "./ids";
import styles from "./organisation.module.css";
import { useCommunities } from "./useOrganisation";

interface Props {
  open: boolean;
  /** Null for a new one. */
  school: SchoolView | null;
  onClose: () => void;
  onDone?: (school: SchoolView) => void;
}

interface Fields extends Omit<SchoolWrite, "terms" | "holidays" | "workdays" | "code"> {
  school_id?: string;
  code?: string;
  flags: string[];
  terms?: { name: string; days: [Dayjs, Dayjs] }[];
  holidays?: Dayjs[];
  workdays?: Dayjs[];
}

const ISO = "YYYY-MM-DD";
const days = (moments: Dayjs[] | undefined) => (moments ?? []).map((day) => day.format(ISO));

function toWrite({ flags, terms, holidays, workdays, ...fields }: Fields): SchoolWrite {
  return {
    name_zh: fields.name_zh,
    name_en: fields.name_en ?? "",
    code: fields.code?.trim() || null,
    community_id: fields.community_id ?? null,
    type: fields.type ?? null,
    pupils: fields.pupils ?? null,
    time_zone: fields.time_zone?.trim() || "Asia/Shanghai",
    ...Object.fromEntries(FLAGS.map((flag) => [flag, flags.includes(flag)])),
    terms: (terms ?? []).map(({ name, days: [first, last] }) => ({
      name,
      first_day: first.format(ISO),
      last_day: last.format(ISO),
    })),
    holidays: days(holidays),
    workdays: days(workdays),
  };
}

function initial(school: SchoolView | null): Partial<Fields> {
  if (!school) return { flags: [], time_zone: "Asia/Shanghai" };
  return {
    name_zh: school.name_zh,
    name_en: school.name_en ?? "",
    code: school.code ?? "",
    community_id: school.community_id ?? null,
    type: school.type ?? null,
    pupils: school.pupils ?? null,
    time_zone: school.time_zone ?? "Asia/Shanghai",
    flags: FLAGS.filter((flag) => school[flag]),
    terms: (school.terms ?? []).map(({ name, first_day, last_day }) => ({
      name,
      days: [dayjs(first_day), dayjs(last_day)],
    })),
    holidays: (school.holidays ?? []).map((day) => dayjs(day)),
    workdays: (school.workdays ?? []).map((day) => dayjs(day)),
  };
}

/** All that a person says of a school. */
export function SchoolForm({ open, school, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<Fields>();
  const save = useChange(
    (fields: Fields) =>
      school
        ? api.putSchool(school.school_id, toWrite(fields))
        : api.createSchool({ ...toWrite(fields), school_id: fields.school_id ?? "" } satisfies SchoolCreate),
    {
      invalidates: [keys.organisation, keys.schools],
      onDone: (made) => {
        onClose();
        onDone?.(made);
      },
    },
  );
  return (
    <FormDrawer<Fields>
      title={school ? t("organisation.editSchool") : t("organisation.addSchool")}
      form={form}
      initial={initial(school)}
      open={open}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="school-save"
    >
      <Naming isNew={!school} />
      <Form.Item name="flags" label={t("organisation.flags")}>
        <Checkbox.Group
          options={FLAGS.map((flag) => ({ value: flag, label: term("school_column", flag) }))}
        />
      </Form.Item>
      <Calendar />
    </FormDrawer>
  );
}

function Naming({ isNew }: { isNew: boolean }) {
  const { t, i18n } = useTranslation();
  const term = useTerm();
  const communities = useCommunities().data?.items ?? [];
  const column = (key: string) => term("school_column", key);
  return (
    <div className={styles.grid}>
      {isNew && (
        <Form.Item
          name="school_id"
          label={column("school_id")}
          extra={t("organisation.idRule")}
          rules={[{ required: true, pattern: ID_PATTERN, message: t("organisation.idRule") }]}
        >
          <Input autoComplete="off" data-testid="school-id" />
        </Form.Item>
      )}
      <Form.Item
        name="name_zh"
        label={column("name_zh")}
        rules={[{ required: true, whitespace: true, message: term("workbook_error", "required") }]}
      >
        <Input maxLength={128} data-testid="school-name" />
      </Form.Item>
      <Form.Item name="name_en" label={column("name_en")}>
        <Input maxLength={128} />
      </Form.Item>
      <Form.Item
        name="code"
        label={column("code")}
        rules={[{ pattern: /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/, message: t("organisation.codeRule") }]}
      >
        <Input data-testid="school-code" />
      </Form.Item>
      <Form.Item name="community_id" label={t("organisation.community")}>
        <Select
          allowClear
          options={communities.map(({ community_id, name_zh, name_en }) => ({
            value: community_id,
            label: (i18n.language === "en" && name_en) || name_zh,
          }))}
          data-testid="school-community"
        />
      </Form.Item>
      <Form.Item name="type" label={column("type")}>
        <Select
          allowClear
          options={SCHOOL_TYPES.map((type) => ({ value: type, label: term("school_type", type) }))}
          data-testid="school-type"
        />
      </Form.Item>
      <Form.Item name="pupils" label={column("pupils")} extra={t("organisation.gradeRule")}>
        <InputNumber min={0} max={100_000} precision={0} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="time_zone" label={column("time_zone")}>
        <Input data-testid="school-zone" />
      </Form.Item>
    </div>
  );
}

function Calendar() {
  const { t } = useTranslation();
  const term = useTerm();
  const needed = [{ required: true, message: term("workbook_error", "required") }];
  return (
    <>
      <Form.Item label={term("school_column", "terms")}>
        <Form.List name="terms">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <div key={key} className={styles.term}>
                  <Form.Item name={[name, "name"]} rules={needed} noStyle>
                    <Input placeholder={t("organisation.termName")} maxLength={64} />
                  </Form.Item>
                  <Form.Item name={[name, "days"]} rules={needed} noStyle>
                    <DatePicker.RangePicker allowClear={false} className={styles.range ?? ""} />
                  </Form.Item>
                  <Button
                    type="text"
                    icon={<DeleteOutlined />}
                    aria-label={t("organisation.removeTerm")}
                    onClick={() => remove(name)}
                  />
                </div>
              ))}
              <Button size="small" icon={<PlusOutlined />} onClick={() => add()}>
                {t("organisation.addTerm")}
              </Button>
            </>
          )}
        </Form.List>
      </Form.Item>
      <Form.Item name="holidays" label={term("school_column", "holidays")}>
        <DatePicker multiple maxTagCount="responsive" style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="workdays" label={term("school_column", "workdays")}>
        <DatePicker multiple maxTagCount="responsive" style={{ width: "100%" }} />
      </Form.Item>
    </>
  );
}
