import { Form, Input, InputNumber, Modal, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ChannelView, NoticeRuleView, NoticeRuleWrite } from "../http/types";
import { termIds, useTerm, type TermFamily } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";
import styles from "./notices.module.css";

const SAVE = { "data-testid": "rule-save" };
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const NEW: NoticeRuleWrite = {
  name: "",
  is_enabled: true,
  events: ["order_assigned", "order_returned", "order_overdue", "order_escalated"],
  risks: [],
  school_ids: [],
  channel_ids: [],
  to_school: true,
  roles: [],
  digest_min: 0,
};

interface Props {
  row: NoticeRuleView | null;
  channels: ChannelView[];
  onClose: () => void;
}

/** Of what which channels are told, and when. */
export function RuleDialog({ row, channels, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<NoticeRuleWrite>();
  const save = useChange(
    (told: NoticeRuleWrite) => (row ? api.putNoticeRule(row.id, told) : api.createNoticeRule(told)),
    { invalidates: [keys.notices], onDone: onClose },
  );
  const schools = useSchoolOptions();
  const needed = { required: true, message: t("notices.needed") };
  const time = { pattern: TIME, message: t("notices.timeRule") };
  return (
    <Modal
      open
      title={row ? t("notices.editRule", { name: row.name }) : t("notices.add.rules")}
      okText={t("action.save")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={SAVE}
      confirmLoading={save.isPending}
      width={520}
      destroyOnHidden
    >
      <Form<NoticeRuleWrite>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={row ?? NEW}
        onFinish={(told) =>
          save.mutate({
            ...told,
            hours_from: told.hours_from || null,
            hours_to: told.hours_to || null,
          })
        }
      >
        <Form.Item name="name" label={t("notices.name")} rules={[{ ...needed, whitespace: true }]}>
          <Input maxLength={128} data-testid="rule-name" />
        </Form.Item>
        <Form.Item name="events" label={t("notices.events")} rules={[needed]}>
          <Terms family="notice_event" without="test" />
        </Form.Item>
        <Form.Item name="risks" label={t("notices.risks")}>
          <Terms family="risk" placeholder={t("notices.all")} />
        </Form.Item>
        <Form.Item name="school_ids" label={t("filter.school")}>
          <Select
            mode="multiple"
            placeholder={t("notices.all")}
            optionFilterProp="label"
            options={schools}
          />
        </Form.Item>
        <Form.Item name="channel_ids" label={t("notices.views.channels")}>
          <Select
            mode="multiple"
            options={channels.map(({ id, name }) => ({ value: id, label: name }))}
            data-testid="rule-channels"
          />
        </Form.Item>
        <Form.Item name="roles" label={t("notices.roles")} extra={t("notices.rolesRule")}>
          <Terms family="role" testId="rule-roles" />
        </Form.Item>
        <Form.Item
          name="to_school"
          label={t("notices.theSchool")}
          extra={t("notices.theSchoolRule")}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
        <div className={styles.pair}>
          <Form.Item name="hours_from" label={t("notices.hoursFrom")} rules={[time]}>
            <Input placeholder="07:00" maxLength={5} />
          </Form.Item>
          <Form.Item
            name="hours_to"
            label={t("notices.hoursTo")}
            extra={t("notices.hoursRule")}
            rules={[time]}
          >
            <Input placeholder="19:00" maxLength={5} />
          </Form.Item>
        </div>
        <Form.Item name="digest_min" label={t("notices.digest")} extra={t("notices.digestRule")}>
          <InputNumber min={0} max={10080} />
        </Form.Item>
        <Form.Item name="is_enabled" label={t("notices.on")} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Modal>
  );
}

interface TermsProps {
  family: TermFamily;
  without?: string;
  placeholder?: string;
  testId?: string;
  id?: string;
  value?: string[];
  onChange?: (value: string[]) => void;
}

/** Several words of the vocabulary; a field of a form. */
function Terms({ family, without, testId, ...field }: TermsProps) {
  const term = useTerm();
  return (
    <Select<string[]>
      mode="multiple"
      {...field}
      data-testid={testId}
      options={termIds(family)
        .filter((id) => id !== without)
        .map((id) => ({ value: id, label: term(family, id) }))}
    />
  );
}
