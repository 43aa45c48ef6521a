import { CopyOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import styles from "./CodeBlock.module.css";

export function useCopy(): (text: string) => Promise<void> {
  const { t } = useTranslation();
  const { message } = App.useApp();
  return useCallback(
    async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        void message.success(t("action.copied"));
      } catch {
        void message.warning(t("action.copyFailed"));
      }
    },
    [message, t],
  );
}

export function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <Button
      size="small"
      type="text"
      icon={<CopyOutlined />}
      onClick={() => void copy(text)}
      aria-label={t("action.copy")}
    />
  );
}

/** A command or a piece of configuration, to be taken elsewhere. */
export function CodeBlock({ text }: { text: string }) {
  return (
    <div className={styles.code}>
      <pre>{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}
