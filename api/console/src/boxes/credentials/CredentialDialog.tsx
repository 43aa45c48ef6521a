import { Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { CredentialView } from "../../http/types";
import { useChange } from "../../ui/useChange";
import styles from "./credentials.module.css";
import { fingerprint, sealCredential } from "./seal";

/** As the box checks it: no blanks around it, no control characters in it. */
const ONE_LINE = /^(?!\s)\P{Cc}*(?<!\s)$/u;

/** As the box checks it: the whole address, without a user name in it. */
const ADDRESS = /^rtsps?:\/\/[^\s/?#@]+([/?#]\S*)?$/;

interface Fields {
  username?: string;
  password?: string;
  url?: string;
}

interface Props {
  boxId: number;
  boxKey: string;
  item: CredentialView;
  onClose: () => void;
}

/** What was filled in. */
function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

function isAt(address: string, host: string): boolean {
  try {
    return new URL(address).hostname.toLowerCase() === host;
  } catch {
    return false;
  }
}

/** A user name and a password, which leave this browser sealed. */
export default function CredentialDialog({ boxId, boxKey, item, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const { kind, name, host } = item;
  const set = useChange(
    (sealed: string) => api.setCredential(boxId, { kind, name, key: boxKey, sealed }),
    { invalidates: [keys.credentials(boxId)], onDone: onClose },
  );
  const url = Form.useWatch("url", form);
  const username = Form.useWatch("username", form);
  const password = Form.useWatch("password", form);
  // An address may be all of the secret; of user and password there are both or none.
  const needsBoth = Boolean(username || password || !url);
  const rules = (message: string) => [
    { required: needsBoth, message },
    { pattern: ONE_LINE, message: t("credentials.noBlanks") },
  ];
  return (
    <Modal
      open
      title={t("credentials.dialog", { name: item.title || name })}
      okText={t("credentials.seal")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={set.isPending}
      okButtonProps={{ "data-testid": "credential-save" }}
      mask={{ closable: false }}
      width={480}
      destroyOnHidden
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        autoComplete="off"
        onFinish={(fields) =>
          // Sealed before it is handed on: what is being sent is remembered for minutes.
          set.mutate(sealCredential({ kind, name, host, ...given(fields) }, boxKey))
        }
      >
        <p className={styles.goesTo}>
          {t("credentials.goesTo")} <code>{host}</code>
        </p>
        <Form.Item
          name="username"
          label={t("signIn.username")}
          rules={rules(t("signIn.usernameNeeded"))}
        >
          <Input maxLength={128} autoComplete="off" data-testid="credential-username" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("signIn.password")}
          rules={rules(t("signIn.passwordNeeded"))}
        >
          <Input.Password
            maxLength={256}
            autoComplete="new-password"
            data-testid="credential-password"
          />
        </Form.Item>
        {kind === "camera" && (
          <Form.Item
            name="url"
            label={t("credentials.address")}
            extra={t("credentials.addressHint")}
            rules={[
              { pattern: ADDRESS, message: t("credentials.noAddress") },
              {
                validator: (_, value?: string) =>
                  !value || !ADDRESS.test(value) || isAt(value, host)
                    ? Promise.resolve()
                    : Promise.reject(new Error(t("credentials.otherHost", { host }))),
              },
            ]}
          >
            <Input.Password
              maxLength={512}
              autoComplete="off"
              data-testid="credential-address"
            />
          </Form.Item>
        )}
        <p className={styles.muted}>
          {t("credentials.sealedTo")} <code className={styles.print}>{fingerprint(boxKey)}</code>
        </p>
      </Form>
    </Modal>
  );
}
