import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import type { VersionDetail } from "../http/types";
import { formatClock } from "../time/format";
import { DiffList } from "./DiffList";
import type { Lost } from "./lost";
import styles from "./configuration.module.css";

interface Props {
  boxId: number;
  seen: number;
  lost: Lost;
  /** What becomes of one's own. */
  text: string;
  onKeep: () => void;
  onGiveUp: () => void;
}

/** Somebody was faster: who, what they changed, and what to do with one's own. */
export function Conflict({ boxId, seen, lost, text, onKeep, onGiveUp }: Props) {
  const { t } = useTranslation();
  const [theirs, setTheirs] = useState<VersionDetail | null>(null);
  useEffect(() => {
    let isHere = true;
    api.configurationVersion(boxId, lost.version, seen || null).then(
      (found) => isHere && setTheirs(found),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [boxId, lost, seen]);
  return (
    <Alert
      type="warning"
      showIcon
      data-testid="configuration-conflict"
      title={t("configuration.conflict", {
        by: lost.by || t("configuration.byBox"),
        at: formatClock(lost.at),
        number: lost.version,
      })}
      description={
        <>
          {theirs && <DiffList diff={theirs.diff} />}
          <p>{text}</p>
          <div className={styles.foot}>
            <Button size="small" onClick={onGiveUp} data-testid="conflict-give-up">
              {t("configuration.giveUp")}
            </Button>
            <Button size="small" type="primary" onClick={onKeep} data-testid="conflict-keep">
              {t("configuration.keepMine")}
            </Button>
          </div>
        </>
      }
    />
  );
}
