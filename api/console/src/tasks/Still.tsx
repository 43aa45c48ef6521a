import { EyeInvisibleOutlined } from "@ant-design/icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../session/policy";
import styles from "./tasks.module.css";

interface Props {
  url: string | null | undefined;
  /** Said where there is none, if it is not that none has come. */
  missing?: string | undefined;
  large?: boolean;
}

/** What the camera saw, with people blurred; words where there is no picture. */
export function Still({ url, missing, large = false }: Props) {
  const { t } = useTranslation();
  const seesPictures = useMay()("see_pictures");
  const [failed, setFailed] = useState(false);
  const shown = seesPictures && url && !failed;
  return (
    <div className={large ? styles.large : styles.thumb}>
      {shown ? (
        <>
          <img
            src={url}
            alt={large ? t("tasks.stillAlt") : ""}
            loading="lazy"
            onError={() => setFailed(true)}
          />
          {large && (
            <span className={styles.blurred}>
              <EyeInvisibleOutlined aria-hidden="true" /> {t("player.blurred")}
            </span>
          )}
        </>
      ) : (
        <span className={styles.noStill}>
          {missing ?? t(seesPictures ? "tasks.noStill" : "notAllowed.pictures")}
        </span>
      )}
    </div>
  );
}
