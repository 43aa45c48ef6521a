import {
  CheckCircleOutlined,
  MinusCircleOutlined,
  QuestionCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

import type { RuleViewState } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./rules.module.css";

const ICONS: Record<RuleViewState, ReactNode> = {
  ready: <CheckCircleOutlined />,
  off: <StopOutlined />,
  needs_model: <MinusCircleOutlined />,
  unknown: <QuestionCircleOutlined />,
};

/** A rule's readiness as a shape and a word; what nobody told is hatched, never green. */
export function ReadinessMark({ state }: { state: RuleViewState }) {
  const term = useTerm();
  return (
    <span
      className={state === "unknown" ? `${styles.state} hatched` : styles.state}
      data-state={state}
      data-testid="rule-state"
    >
      <span aria-hidden="true">{ICONS[state]}</span>
      {term("readiness", state)}
    </span>
  );
}
