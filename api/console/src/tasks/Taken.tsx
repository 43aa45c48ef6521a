import { DeleteOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { DraftPhotograph } from "./draft";
import styles from "./tasks.module.css";

interface TakenProps {
  photograph: DraftPhotograph;
  onRemove: (() => void) | undefined;
}

/** A photograph that waits on the phone, or arrived. */
export function Taken({ photograph, onRemove }: TakenProps) {
  const { t } = useTranslation();
  const { jpeg } = photograph;
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [jpeg],
  );
  return (
    <li data-testid="taken" data-sent={photograph.isSent}>
      <img ref={show} alt={t("tasks.takenAlt")} />
      {/* What arrived stays at the order. */}
      {photograph.isSent ? (
        <span className={styles.arrived}>{t("tasks.arrived")}</span>
      ) : (
        onRemove && (
          <Button
            icon={<DeleteOutlined />}
            size="large"
            onClick={onRemove}
            aria-label={t("tasks.remove")}
            data-testid="remove-photograph"
          />
        )
      )}
    </li>
  );
}
