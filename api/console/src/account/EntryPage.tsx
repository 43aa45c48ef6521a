import type { ReactNode } from "react";

import { Brand } from "../ui/Brand";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { ThemeSwitch } from "../ui/ThemeSwitch";
import styles from "./EntryPage.module.css";

interface Props {
  tagline: string;
  children: ReactNode;
  "data-testid": string;
}

/** A page in place of all others, until it is known who is there. */
export function EntryPage({ tagline, children, "data-testid": testId }: Props) {
  return (
    <div className={styles.page}>
      <div className={styles.switches}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className={styles.card} data-testid={testId}>
        <h1 className={styles.heading}>
          <Brand size={44} full />
        </h1>
        <p className={styles.tagline}>{tagline}</p>
        {children}
      </main>
    </div>
  );
}
