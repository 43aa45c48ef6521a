import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ConfigurationProblem } from "../../http/types";
import type { Fault } from "./settings";
import styles from "./settings.module.css";

/** What is wrong, by the path of its field: what the form sees, and what the box said. */
export interface Wrong {
  faults: ReadonlyMap<string, Fault>;
  told: readonly ConfigurationProblem[];
}

interface Props {
  path: string;
  wrong: Wrong;
  /** Above it; a field of a table has its column's. */
  label?: string;
  hint?: string;
  children: ReactNode;
}

/** One value with its name, what it means, and what is wrong with it. */
export function Field({ path, wrong, label, hint, children }: Props) {
  const { t } = useTranslation();
  const fault = wrong.faults.get(path);
  const said = wrong.told.filter((each) => each.path === path || each.path?.startsWith(`${path}[`));
  return (
    <div className={styles.field} data-testid="setting" data-path={path}>
      {label && <span>{label}</span>}
      {children}
      {hint && <p className={styles.muted}>{hint}</p>}
      {fault ? (
        <p className={styles.wrong} role="alert">
          {t(`settings.fault.${fault}`)}
        </p>
      ) : (
        said.map(({ what, remedy }) => (
          <p key={what} className={styles.wrong} lang="en" role="alert">
            {remedy ? `${what}. ${remedy}` : what}
          </p>
        ))
      )}
    </div>
  );
}

export function isWrong({ faults, told }: Wrong, path: string): "error" | "" {
  return faults.has(path) || told.some((each) => each.path === path) ? "error" : "";
}
