import { CopyOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";

import styles from "./Hash.module.css";

const SHOWN = 12;

/** The beginning of a SHA-256, the whole on hover and into the clipboard. */
export function Hash({ value }: { value: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      void message.success(t("action.copied"));
    } catch {
      void message.warning(t("action.copyFailed"));
    }
  };
  return (
    <span className={styles.hash}>
      <code title={value}>{value.slice(0, SHOWN)}</code>
      <Button
        type="text"
        size="small"
        icon={<CopyOutlined />}
        onClick={() => void copy()}
        aria-label={t("action.copyHash")}
      />
    </span>
  );
}
