import {
  CheckCircleFilled,
  CloseCircleFilled,
  MinusCircleOutlined,
  QuestionCircleOutlined,
} from "@ant-design/icons";

import type { Coverage } from "../http/types";
import { useTerm } from "../i18n/terms";
import { StateMark } from "../ui/StateMark";
import { coverageTone } from "./coverage";

const ICONS = {
  ok: CheckCircleFilled,
  gap: CloseCircleFilled,
  unknown: QuestionCircleOutlined,
  idle: MinusCircleOutlined,
} as const;

export function CoverageMark({ state }: { state: Coverage }) {
  const term = useTerm();
  const tone = coverageTone(state);
  return (
    <StateMark tone={tone} icon={ICONS[tone]} word={term("coverage", state)} testId="coverage-state" />
  );
}
