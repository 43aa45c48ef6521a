import {
  CheckCircleOutlined,
  MinusCircleOutlined,
  QuestionCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";

import type { RuleViewState } from "../http/types";
import { useTerm } from "../i18n/terms";
import { StateMark } from "../ui/StateMark";

const MARKS = {
  ready: { tone: "ok", icon: CheckCircleOutlined },
  off: { tone: "noted", icon: StopOutlined },
  needs_model: { tone: "noted", icon: MinusCircleOutlined },
  unknown: { tone: "unknown", icon: QuestionCircleOutlined },
} as const;

/** Whether a rule can watch; what nobody told is never green. */
export function ReadinessMark({ state }: { state: RuleViewState }) {
  const term = useTerm();
  return <StateMark {...MARKS[state]} word={term("readiness", state)} testId="rule-state" />;
}
