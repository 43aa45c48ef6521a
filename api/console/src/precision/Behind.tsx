import { Button, Drawer, Spin } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { StatusMark } from "../alert/StatusMark";
import type { PrecisionBehind, PrecisionFilters } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useCameraNames } from "../schools/CameraPlace";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import styles from "./precision.module.css";
import { useBehind } from "./usePrecision";

interface Props {
  filters: PrecisionFilters;
  behind: PrecisionBehind;
  onClose: () => void;
}

/** The alerts behind a number, each a way to its page. */
export function BehindDrawer({ filters, behind, onClose }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const cameraName = useCameraNames();
  const query = useBehind(filters, behind);
  const alerts = (query.data?.pages ?? []).flatMap((page) => page.items);
  const told = [
    ...(behind.rule ?? []).map((each) => term("rules", each)),
    behind.model_id,
    ...(behind.status ?? []).map((each) => term("alert_status", each)),
    ...(behind.reason ?? []).map((each) => term("false_positive_reason", each)),
    behind.score_below && t("precision.below", { threshold: behind.score_below.toFixed(2) }),
  ];
  return (
    <Drawer
      open
      onClose={onClose}
      size={520}
      title={told.filter(Boolean).join(" · ") || t("precision.behind")}
      data-testid="precision-behind"
    >
      {query.isPending && <Spin />}
      {query.isError && !query.data && (
        <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />
      )}
      {query.data && alerts.length === 0 && <p>{t("precision.noneBehind")}</p>}
      <ul className={styles.behind}>
        {alerts.map((alert) => (
          <li key={alert.id}>
            <Link to={`/alerts/${alert.id}`} data-testid="precision-alert">
              <Exact moment={alert.queued_at} /> {term("rules", alert.rule)} · {cameraName(alert)}
            </Link>
            <span className={styles.muted}>
              <StatusMark status={alert.status} />{" "}
              {alert.reason && `${term("false_positive_reason", alert.reason)} · `}
              {t("precision.score", { score: alert.score.toFixed(2) })}
            </span>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
    </Drawer>
  );
}
