import { CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { useCopy } from "./CodeBlock";
import styles from "./Hash.module.css";

const SHOWN = 12;

/** The beginning of a SHA-256, the whole on hover and into the clipboard. */
export function Hash({ value }: { value: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <span className={styles.hash}>
      <code title={value}>{value.slice(0, SHOWN)}</code>
      <Button
        type="text"
        size="small"
        icon={<CopyOutlined />}
        onClick={() => void copy(value)}
        aria-label={t("action.copyHash")}
      />
    </span>
  );
}
