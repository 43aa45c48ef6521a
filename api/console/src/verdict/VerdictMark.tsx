import { CheckCircleFilled, CloseCircleFilled, QuestionCircleOutlined } from "@ant-design/icons";

import type { CoverageVerdict } from "../http/types";
import { useTerm } from "../i18n/terms";
import { StateMark } from "../ui/StateMark";
import { verdictTone } from "./verdict";

const ICONS = { ok: CheckCircleFilled, gap: CloseCircleFilled, unknown: QuestionCircleOutlined } as const;

export function VerdictMark({ verdict }: { verdict: CoverageVerdict }) {
  const term = useTerm();
  const tone = verdictTone(verdict);
  const word = term("coverage_verdict", verdict);
  return <StateMark tone={tone} icon={ICONS[tone]} word={word} testId="coverage-verdict" />;
}
