import { PictureOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useReportedImage } from "../../picture/painted";
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
  const image = useReportedImage(url, onShowing);
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
      onLoad={image.onLoad}
      onError={() => {
        setFailed(true);
        image.onError();
      }}
    />
  );
}
