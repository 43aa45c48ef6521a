import { CheckCircleFilled, ClockCircleOutlined, CloseCircleOutlined, EyeOutlined } from "@ant-design/icons";

import type { AlertStatus } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./marks.module.css";

const ICONS = {
  pending_review: ClockCircleOutlined,
  confirmed: CheckCircleFilled,
  false_positive: CloseCircleOutlined,
  seen: EyeOutlined,
} as const;

export function StatusMark({ status }: { status: AlertStatus }) {
  const term = useTerm();
  const Icon = ICONS[status];
  return (
    <span className={styles.status} data-status={status}>
      <Icon aria-hidden="true" /> {term("alert_status", status)}
    </span>
  );
}
