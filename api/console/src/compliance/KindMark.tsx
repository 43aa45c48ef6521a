import { QuestionCircleOutlined } from "@ant-design/icons";

import { useTerm } from "../i18n/terms";
import { StateMark } from "../ui/StateMark";
import type { Kind } from "./kinds";
import { RetentionStateMark } from "./RetentionStateMark";

/** What a camera's footage proved, in the words of the counts. */
export function KindMark({ kind }: { kind: Kind }) {
  const term = useTerm();
  if (kind === "unconfirmed") {
    return (
      <StateMark
        tone="unknown"
        icon={QuestionCircleOutlined}
        word={term("coverage_verdict", "unconfirmed")}
        testId="retention-state"
      />
    );
  }
  return <RetentionStateMark state={kind === "kept" ? "compliant" : kind} />;
}
