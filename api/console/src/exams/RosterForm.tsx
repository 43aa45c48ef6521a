import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ExamTable } from "../http/types";
import { FormDrawer } from "../ui/FormDrawer";
import { useChange } from "../ui/useChange";

/** Who is in the control room of a session, by user name. */
export function RosterForm({ table, onClose }: { table: ExamTable; onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ usernames: string[] }>();
  const { exam, session } = table;
  const save = useChange(
    ({ usernames }: { usernames: string[] }) => api.putRoster(exam.id, session.id, usernames),
    { invalidates: [keys.exams], onDone: onClose },
  );
  return (
    <FormDrawer<{ usernames: string[] }>
      title={t("exam.rosterOf", { session: session.name })}
      form={form}
      initial={{ usernames: session.roster }}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="roster-save"
    >
      <Form.Item name="usernames" label={t("exam.usernames")} extra={t("exam.usernamesHint")}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ",", "，", "、"]} />
      </Form.Item>
    </FormDrawer>
  );
}
