import { CheckCircleFilled, ClockCircleOutlined, FieldTimeOutlined, MinusCircleOutlined } from "@ant-design/icons";

import type { InspectionCellState } from "../http/types";
import { useTerm } from "../i18n/terms";
import { StateMark } from "../ui/StateMark";

const SHOWN = {
  open: { tone: "noted", icon: ClockCircleOutlined },
  overdue: { tone: "gap", icon: FieldTimeOutlined },
  signed: { tone: "ok", icon: CheckCircleFilled },
  signed_late: { tone: "noted", icon: CheckCircleFilled },
  not_applicable: { tone: "idle", icon: MinusCircleOutlined },
  none: { tone: "idle", icon: MinusCircleOutlined },
} as const;

/** Where a form stands: icon and word together. */
export function InspectionMark({ state }: { state: InspectionCellState }) {
  const term = useTerm();
  const { tone, icon } = SHOWN[state];
  return (
    <StateMark tone={tone} icon={icon} word={term("inspection_state", state)} testId="inspection-state" />
  );
}
