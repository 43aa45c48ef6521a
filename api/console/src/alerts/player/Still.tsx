import { PictureOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Showing } from "../../picture/showing";
import styles from "./player.module.css";

interface Props {
  url: string | null;
  alt: string;
  /** Said where there is no picture yet. */
  missing: string;
  onShowing: (showing: Showing) => void;
}

/** A still that says what became of it: whoever judges must have had it before the eyes. */
export function Still({ url, alt, missing, onShowing }: Props) {
  const { t } = useTranslation();
  const [attempt, setAttempt] = useState(0);
  const [failed, setFailed] = useState(false);
  const absent = url === null;
  useEffect(() => {
    // That there is none is all there is to see.
    if (absent) onShowing("shown");
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each picture
  }, [absent]);
  if (absent || failed) {
    return (
      <div className={styles.nothing} data-testid="no-still">
        <PictureOutlined aria-hidden="true" />
        {absent ? missing : t("player.stillFailed")}
        {failed && (
          <Button
            size="small"
            ghost
            onClick={() => {
              setAttempt(attempt + 1);
              setFailed(false);
            }}
          >
            {t("action.retry")}
          </Button>
        )}
      </div>
    );
  }
  return (
    <img
      key={attempt}
      src={url}
      alt={alt}
      className={styles.media}
      // Loaded is not yet painted.
      onLoad={() => requestAnimationFrame(() => requestAnimationFrame(() => onShowing("shown")))}
      onError={() => {
        setFailed(true);
        onShowing("failed");
      }}
    />
  );
}
