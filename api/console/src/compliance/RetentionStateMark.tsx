import {
  CheckCircleFilled,
  ClockCircleOutlined,
  DisconnectOutlined,
  HistoryOutlined,
  HourglassOutlined,
  QuestionCircleOutlined,
  ScissorOutlined,
} from "@ant-design/icons";

import type { RetentionState } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./compliance.module.css";
import { retentionTone } from "./retention";

const ICONS = {
  compliant: CheckCircleFilled,
  gap: ScissorOutlined,
  insufficient: HourglassOutlined,
  offline: DisconnectOutlined,
  over_retained: HistoryOutlined,
  immature: ClockCircleOutlined,
  unknown: QuestionCircleOutlined,
} as const;

/** Icon, word and colour together; none of them carries the meaning alone. */
export function RetentionStateMark({ state }: { state: RetentionState }) {
  const term = useTerm();
  const Icon = ICONS[state];
  const tone = retentionTone(state);
  return (
    <span
      className={tone === "unknown" ? `${styles.state} hatched` : styles.state}
      data-tone={tone}
      data-testid="retention-state"
    >
      <Icon aria-hidden="true" /> {term("retention_state", state)}
    </span>
  );
}
