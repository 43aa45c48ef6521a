import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import styles from "./tasks.module.css";

interface Props {
  input: RefObject<HTMLInputElement | null>;
  onFiles: (files: readonly File[]) => void;
  testId: string;
}

/** Opens the phone's camera, or its folder of pictures; a button of the page clicks it. */
export function CameraInput({ input, onFiles, testId }: Props) {
  const { t } = useTranslation();
  return (
    <input
      ref={input}
      type="file"
      accept="image/*"
      capture="environment"
      multiple
      className={styles.camera}
      tabIndex={-1}
      aria-label={t("tasks.takePhotograph")}
      onChange={(event) => {
        onFiles([...(event.target.files ?? [])]);
        event.target.value = "";
      }}
      data-testid={testId}
    />
  );
}
