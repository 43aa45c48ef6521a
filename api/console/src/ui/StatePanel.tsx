import type { ReactNode } from "react";

import styles from "./StatePanel.module.css";

interface Props {
  title: string;
  text?: string | undefined;
  /** One technical line for an engineer. */
  detail?: string | undefined;
  icon?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  testId: string;
  hatched?: boolean;
}

/** What a page says when it has no rows to show: why, what still works, what to do next. */
export function StatePanel({ title, text, detail, icon, actions, children, testId, hatched }: Props) {
  return (
    <section className={styles.panel} data-testid={testId}>
      {icon && <div className={hatched ? `${styles.icon} hatched` : styles.icon}>{icon}</div>}
      <h2 className={styles.title}>{title}</h2>
      {text && <p className={styles.text}>{text}</p>}
      {detail && <p className={styles.detail}>{detail}</p>}
      {actions && <div className={styles.actions}>{actions}</div>}
      {children}
    </section>
  );
}
