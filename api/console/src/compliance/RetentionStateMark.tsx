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
import { StateMark } from "../ui/StateMark";
import { retentionTone } from "../footage/retention";

const ICONS = {
  compliant: CheckCircleFilled,
  gap: ScissorOutlined,
  insufficient: HourglassOutlined,
  offline: DisconnectOutlined,
  over_retained: HistoryOutlined,
  immature: ClockCircleOutlined,
  unknown: QuestionCircleOutlined,
} as const;

export function RetentionStateMark({ state }: { state: RetentionState }) {
  const term = useTerm();
  return (
    <StateMark
      tone={retentionTone(state)}
      icon={ICONS[state]}
      word={term("retention_state", state)}
      testId="retention-state"
    />
  );
}
