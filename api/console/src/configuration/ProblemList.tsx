import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { ConfigurationProblem } from "../http/types";
import styles from "./configuration.module.css";

interface Props {
  problems: readonly ConfigurationProblem[];
  /** Goes to a line of the text beside. */
  onGo?: (line: number) => void;
}

/** What is wrong with a configuration, each at its line and path; in the words of the box. */
export function ProblemList({ problems, onGo }: Props) {
  const { t } = useTranslation();
  return (
    <ul className={styles.problems} data-testid="configuration-problems">
      {problems.map(({ path, line, what, remedy }) => (
        <li key={`${line} ${path} ${what}`}>
          {typeof line === "number" &&
            (onGo ? (
              <Button size="small" type="link" onClick={() => onGo(line)}>
                {t("configuration.line", { line })}
              </Button>
            ) : (
              <span>{t("configuration.line", { line })}</span>
            ))}
          {path && <code>{path}</code>}
          <span lang="en">{remedy ? `${what}. ${remedy}` : what}</span>
        </li>
      ))}
    </ul>
  );
}
