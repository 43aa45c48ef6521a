import {
  CheckCircleFilled,
  CloseCircleFilled,
  MinusCircleOutlined,
  QuestionCircleOutlined,
  WarningFilled,
} from "@ant-design/icons";

import type { PlanCameraState } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { StateMark } from "../../ui/StateMark";

const MARKS = {
  covered: ["ok", CheckCircleFilled],
  not_online: ["gap", CloseCircleFilled],
  forbidden: ["gap", WarningFilled],
  unknown: ["unknown", QuestionCircleOutlined],
  retired: ["idle", MinusCircleOutlined],
} as const;

export function PlanStateMark({ state }: { state: PlanCameraState }) {
  const term = useTerm();
  const [tone, icon] = MARKS[state];
  return <StateMark tone={tone} icon={icon} word={term("plan_camera_state", state)} testId="plan-state" />;
}
