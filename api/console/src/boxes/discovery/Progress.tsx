import { Alert, Button, Progress as Bar } from "antd";
import { useTranslation } from "react-i18next";

import type { ScanView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Ago } from "../../time/TimeText";
import styles from "./discovery.module.css";
import { isOpen } from "./useDiscovery";

interface Props {
  scan: ScanView;
  isStopping: boolean;
  onStop: () => void;
}

/** How far a search is, or how it ended. */
export function Progress({ scan, isStopping, onStop }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const open = isOpen(scan);
  const percent = scan.total ? Math.round((100 * scan.done) / scan.total) : 0;
  return (
    <section className={styles.progress} aria-live="polite" data-testid="discovery-scan">
      <div className={styles.row}>
        <strong data-testid="discovery-state">{term("find_state", scan.state)}</strong>
        <span>
          {t("discovery.progress", {
            done: scan.done,
            total: scan.total,
            count: scan.cameras.length,
          })}
        </span>
        <span className={styles.muted}>
          {scan.begun_by} <Ago moment={scan.begun_at} />
        </span>
        <span className={styles.spacer} />
        {open && (
          <Button size="small" loading={isStopping} onClick={onStop} data-testid="discovery-stop">
            {t("discovery.stop")}
          </Button>
        )}
      </div>
      {open && (
        <Bar
          percent={percent}
          size="small"
          showInfo={false}
          aria-label={term("find_state", scan.state)}
        />
      )}
      {scan.refusal && (
        <Alert type="warning" showIcon title={term("find_refusal", scan.refusal)} />
      )}
      {scan.state === "lost" && <Alert type="warning" showIcon title={t("discovery.lost")} />}
      {scan.left_out > 0 && (
        <Alert type="info" showIcon title={t("discovery.leftOut", { count: scan.left_out })} />
      )}
      {scan.state === "over" && scan.cameras.length === 0 && (
        <p className={styles.muted} data-testid="discovery-none">
          {t("discovery.none")}
        </p>
      )}
    </section>
  );
}
