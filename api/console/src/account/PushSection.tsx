import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { deviceOf } from "../session/device";
import { canPush, turnOff, turnOn } from "../session/push";
import { Ago } from "../time/TimeText";
import { useChange } from "../ui/useChange";
import styles from "./AccountPage.module.css";

/** In which browsers one is told that something waits; nothing where no push service is allowed. */
export function PushSection({ username }: { username: string }) {
  const { t } = useTranslation();
  const push = useQuery({ queryKey: keys.push, queryFn: () => api.push() });
  const change = useChange(
    (key: string | null) => (key === null ? turnOff() : turnOn(key, username)),
    { invalidates: [keys.push] },
  );
  const { key, browsers } = push.data ?? { key: null, browsers: [] };
  if (key === null) return null;
  const isOn = browsers.some(({ is_current }) => is_current);
  return (
    <section data-testid="push">
      <h2 className={styles.section}>{t("push.title")}</h2>
      <p className={styles.note}>
        {t("push.note")} <q>{t("push.waits")}</q>
      </p>
      <ul>
        {browsers.map((each) => (
          <li key={each.created_at} data-testid="push-browser">
            {deviceOf(each.user_agent) || t("sessions.unknownDevice")}{" "}
            {each.is_current && <Tag color="blue">{t("sessions.current")}</Tag>}{" "}
            <Ago moment={each.created_at} />
          </li>
        ))}
      </ul>
      {canPush() ? (
        <Button
          loading={change.isPending}
          onClick={() => change.mutate(isOn ? null : key)}
          data-testid="push-switch"
        >
          {t(isOn ? "push.off" : "push.on")}
        </Button>
      ) : (
        <p className={styles.note}>{t("push.cannot")}</p>
      )}
    </section>
  );
}
