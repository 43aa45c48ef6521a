import { useTranslation } from "react-i18next";

import { usePreferences } from "../app/preferences";
import type { BoxRule, RuleView } from "../http/types";
import { CodeBlock } from "../ui/CodeBlock";
import { importCommand, missingWants, ruleKind, ruleSnippet } from "./rules";
import styles from "./rules.module.css";

const CHECK = "mingan config check configs/box.yaml";

interface Props {
  view: RuleView;
  box: BoxRule | undefined;
  isUsed: boolean;
}

/** What somebody has to do so that a rule watches: commands to copy, and where more is written. */
export function NextStep({ view, box, isUsed }: Props) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const kind = ruleKind(view.rule);
  const missing = missingWants(box);
  const guide = (name: string) => `docs/guide/${language === "zh" ? "zh/" : ""}${name}.md`;
  const yaml = ruleSnippet(view.rule, box, t("rules.sampleZone"));
  if (view.state === "unknown") {
    return (
      <div className={styles.steps} data-testid="rule-steps">
        <p>{t("rules.step.unknown")}</p>
        <CodeBlock text="mingan rules list" />
      </div>
    );
  }
  if (kind !== "configured") {
    return (
      <div className={styles.steps} data-testid="rule-steps">
        <p>{t(kind === "digest" ? "rules.step.digest" : "rules.step.picture")}</p>
        {kind === "picture" && (
          <p className={styles.muted}>{t("rules.readMore", { path: guide("picture-diagnosis") })}</p>
        )}
      </div>
    );
  }
  return (
    <ol className={styles.steps} data-testid="rule-steps">
      {missing.length > 0 && (
        <li>
          <p>{t("rules.step.import", { names: missing.map((want) => want.name).join(", ") })}</p>
          <CodeBlock text={importCommand(missing)} />
          <p className={styles.muted}>{t("rules.readMore", { path: guide("own-model") })}</p>
        </li>
      )}
      {box && box.to_accept.length > 0 && (
        <li>
          <p>{t("rules.step.accept", { models: box.to_accept.join(", ") })}</p>
          <CodeBlock text="mingan models list" />
          <p className={styles.muted}>
            {t("rules.readMore", { path: box.to_accept.map((model) => `models/weights/${model}.md`).join(", ") })}
          </p>
        </li>
      )}
      <li>
        <p>{t(isUsed ? "rules.step.writeMore" : "rules.step.write")}</p>
        <CodeBlock text={yaml} />
      </li>
      <li>
        <p>{t("rules.step.check")}</p>
        <CodeBlock text={CHECK} />
        <p className={styles.muted}>{t("rules.readMore", { path: guide("add-a-camera") })}</p>
      </li>
    </ol>
  );
}
