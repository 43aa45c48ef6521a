import type { ComponentType } from "react";

import styles from "./StateMark.module.css";

interface Props {
  /** How it is drawn: only what is as it must be is green, what nobody can tell is hatched. */
  tone: "ok" | "gap" | "unknown" | "idle" | "noted";
  icon: ComponentType<{ "aria-hidden": "true" }>;
  word: string;
  testId: string;
}

/** Icon, word and colour together; none of them carries the meaning alone. */
export function StateMark({ tone, icon: Icon, word, testId }: Props) {
  return (
    <span
      className={tone === "unknown" ? `${styles.state} hatched` : styles.state}
      data-tone={tone}
      data-testid={testId}
    >
      <Icon aria-hidden="true" /> {word}
    </span>
  );
}
