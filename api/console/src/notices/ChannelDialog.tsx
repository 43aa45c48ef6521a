import { Form, Input, InputNumber, Modal, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ChannelCreate, ChannelKind, ChannelView, MailSecurity } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";
import { asWrite, initial, isMail, newSecret, secretRule, type ChannelFields } from "./channel";
import styles from "./notices.module.css";

const SAVE = { "data-testid": "channel-save" };

/** A channel: its kind and school are chosen once, its secrets are written and never shown. */
export function ChannelDialog({ row, onClose }: { row: ChannelView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<ChannelFields>();
  const save = useChange(
    (told: ChannelCreate) =>
      row ? api.putNoticeChannel(row.id, told) : api.createNoticeChannel(told),
    { invalidates: [keys.notices], onDone: onClose },
  );
  const chosen = Form.useWatch("kind", form);
  const kind = row?.kind ?? chosen ?? "wecom";
  return (
    <Modal
      open
      title={row ? t("notices.editChannel", { name: row.name }) : t("notices.add.channels")}
      okText={t("action.save")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={SAVE}
      confirmLoading={save.isPending}
      width={520}
      destroyOnHidden
    >
      <Form<ChannelFields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={initial(row)}
        onFinish={(fields) => save.mutate(asWrite(kind, fields))}
      >
        {!row && (
          <Form.Item name="kind" label={t("notices.kind")}>
            <Select
              options={termIds("channel_kind").map((id) => ({
                value: id,
                label: term("channel_kind", id),
              }))}
              data-testid="channel-kind"
            />
          </Form.Item>
        )}
        <Form.Item
          name="name"
          label={t("notices.name")}
          rules={[{ required: true, whitespace: true, message: t("notices.needed") }]}
        >
          <Input maxLength={128} data-testid="channel-name" />
        </Form.Item>
        {!row && <SchoolField />}
        <SettingsFields kind={kind} row={row} />
        <div className={styles.pair}>
          <Form.Item name="per_minute" label={t("notices.perMinute")}>
            <InputNumber min={1} max={600} />
          </Form.Item>
          <Form.Item name="language" label={t("notices.language")}>
            <Select
              options={[
                { value: "zh", label: "中文" },
                { value: "en", label: "English" },
              ]}
            />
          </Form.Item>
        </div>
        <Form.Item name="is_enabled" label={t("notices.on")} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function SchoolField() {
  const { t } = useTranslation();
  const schools = useSchoolOptions();
  return (
    <Form.Item name="school_id" label={t("notices.of")} extra={t("notices.ofRule")}>
      <Select
        allowClear
        placeholder={t("notices.district")}
        options={schools}
        data-testid="channel-school"
      />
    </Form.Item>
  );
}

/** What a channel of this kind needs; a secret that is set may stay empty. */
function SettingsFields({ kind, row }: { kind: ChannelKind; row: ChannelView | null }) {
  const { t } = useTranslation();
  const term = useTerm();
  const form = Form.useFormInstance<ChannelFields>();
  const rule = secretRule(kind);
  const isSet = (name: "url" | "secret" | "password") => row?.settings.secrets.includes(name);
  const hint = (name: "url" | "secret" | "password") => (isSet(name) ? t("notices.isSet") : "");
  const needed = { required: true, message: t("notices.needed") };
  if (kind === "push") return <p className={styles.muted}>{t("notices.pushRule")}</p>;
  if (!isMail(kind)) {
    return (
      <>
        <Form.Item
          name="url"
          label={t("notices.url")}
          extra={kind === "apprise" && t("notices.appriseRule")}
          rules={isSet("url") ? [] : [needed]}
        >
          <Input.Password
            autoComplete="off"
            placeholder={hint("url")}
            data-testid="channel-url"
          />
        </Form.Item>
        {rule && (
          <Form.Item
            name="secret"
            label={t("notices.secret")}
            extra={t(`notices.secretRule.${rule}`)}
            rules={rule === "webhook" && !isSet("secret") ? [needed] : []}
          >
            <Input.Password
              autoComplete="off"
              placeholder={hint("secret")}
              data-testid="channel-secret"
              addonAfter={
                kind === "webhook" && (
                  <button type="button" onClick={() => form.setFieldValue("secret", newSecret())}>
                    {t("notices.makeSecret")}
                  </button>
                )
              }
            />
          </Form.Item>
        )}
      </>
    );
  }
  return (
    <>
      <div className={styles.pair}>
        <Form.Item name="host" label={t("notices.host")} rules={[needed]}>
          <Input data-testid="channel-host" />
        </Form.Item>
        <Form.Item name="port" label={t("notices.port")}>
          <InputNumber min={1} max={65535} placeholder={t("notices.usual")} />
        </Form.Item>
      </div>
      <Form.Item name="security" label={t("notices.security")}>
        <Select<MailSecurity>
          options={termIds("mail_security").map((id) => ({
            value: id as MailSecurity,
            label: term("mail_security", id),
          }))}
        />
      </Form.Item>
      <Form.Item name="sender" label={t("notices.sender")} rules={[needed]}>
        <Input data-testid="channel-sender" />
      </Form.Item>
      {kind === "mail" ? (
        <Form.Item name="recipients" label={t("notices.recipients")} rules={[needed]}>
          <Select mode="tags" open={false} tokenSeparators={[",", " ", ";", "；", "，"]} />
        </Form.Item>
      ) : (
        <p className={styles.muted}>{t("notices.toPeopleRule")}</p>
      )}
      <div className={styles.pair}>
        <Form.Item name="username" label={t("notices.username")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="password" label={t("notices.password")}>
          <Input.Password autoComplete="new-password" placeholder={hint("password")} />
        </Form.Item>
      </div>
    </>
  );
}
