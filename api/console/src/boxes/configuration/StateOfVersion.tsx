import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  CloseCircleOutlined,
  MinusCircleOutlined,
} from "@ant-design/icons";

import type { VersionSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { StateMark } from "../../ui/StateMark";

const MARKS = {
  pending: { tone: "noted", icon: ClockCircleOutlined },
  applied: { tone: "ok", icon: CheckCircleOutlined },
  refused: { tone: "gap", icon: CloseCircleOutlined },
  superseded: { tone: "idle", icon: MinusCircleOutlined },
} as const;

/** What became of a version on its box. */
export function StateOfVersion({ version }: { version: VersionSummary }) {
  const term = useTerm();
  return (
    <StateMark
      {...MARKS[version.state]}
      word={term("configuration_state", version.state)}
      testId="version-state"
    />
  );
}
