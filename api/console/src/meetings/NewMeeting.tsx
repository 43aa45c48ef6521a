import { DatePicker, Form, Input, Select, Switch } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { MeetingReason } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { FormDrawer } from "../ui/FormDrawer";
import { useChange } from "../ui/useChange";
import { useCandidateOptions } from "./useCandidateOptions";

interface Fields {
  title: string;
  reason: MeetingReason;
  usernames?: string[];
  starts_at?: Dayjs | null;
  has_lobby?: boolean;
}

/** A meeting that is opened by itself, now or at a time. */
export function NewMeeting({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  const candidates = useCandidateOptions();
  const call = useChange(
    (fields: Fields) =>
      api.callMeeting({
        title: fields.title,
        reason: fields.reason,
        usernames: fields.usernames ?? [],
        starts_at: fields.starts_at?.toISOString() ?? null,
        has_lobby: fields.has_lobby ?? false,
      }),
    { invalidates: [keys.meetings], onDone: (made) => void navigate(`/meetings/${made.id}`) },
  );
  return (
    <FormDrawer<Fields>
      title={t("meeting.new")}
      form={form}
      initial={{ reason: "routine", has_lobby: false }}
      saving={call.isPending}
      onSave={(fields) => call.mutate(fields)}
      onClose={onClose}
      testId="meeting-save"
    >
      <Form.Item name="title" label={t("meeting.name")} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={64} data-testid="meeting-title" />
      </Form.Item>
      <Form.Item name="reason" label={t("meeting.reason")} rules={[{ required: true }]}>
        <Select
          options={termIds("meeting_reason").map((id) => ({ value: id, label: term("meeting_reason", id) }))}
        />
      </Form.Item>
      <Form.Item name="usernames" label={t("meeting.people")}>
        <Select mode="multiple" maxCount={29} options={candidates} optionFilterProp="label" />
      </Form.Item>
      <Form.Item name="starts_at" label={t("meeting.starts")}>
        <DatePicker
          showTime={{ format: "HH:mm" }}
          minDate={dayjs()}
          maxDate={dayjs().add(1, "year")}
          placeholder={t("meeting.startsNow")}
        />
      </Form.Item>
      <Form.Item name="has_lobby" label={t("meeting.lobby")} extra={t("meeting.lobbyHelp")} valuePropName="checked">
        <Switch />
      </Form.Item>
    </FormDrawer>
  );
}
