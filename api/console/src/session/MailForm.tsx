import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useChange } from "../ui/useChange";

interface Props {
  mail: string | null;
  /** Whose it is; one's own without. */
  username?: string;
  onDone?: () => void;
}

/** Where somebody is written to; empty is nowhere. */
export function MailForm({ mail, username, onDone }: Props) {
  const { t } = useTranslation();
  const save = useChange(
    async (told: string | null) => {
      await (username === undefined ? api.putOwnMail(told) : api.putMailOf(username, told));
    },
    { invalidates: [keys.mail, keys.users], ...(onDone && { onDone }) },
  );
  return (
    <Form<{ mail?: string }>
      layout="vertical"
      requiredMark={false}
      initialValues={{ mail: mail ?? "" }}
      onFinish={(fields) => save.mutate(fields.mail?.trim() || null)}
    >
      <Form.Item
        name="mail"
        label={t("mail.address")}
        extra={t("mail.rule")}
        rules={[{ type: "email", message: t("mail.invalid") }]}
      >
        <Input autoComplete="email" maxLength={254} data-testid="mail" />
      </Form.Item>
      <Button htmlType="submit" type="primary" loading={save.isPending} data-testid="mail-save">
        {t("action.save")}
      </Button>
    </Form>
  );
}
