import { useTranslation } from "react-i18next";

import type { BoxRule, RuleView } from "../http/types";
import { CodeBlock } from "../ui/CodeBlock";
import { useWantName } from "../rule/useWantName";
import { ruleKind } from "../camera/ofRule";
import { missingWants } from "../rule/wants";
import { importCommand, ruleSnippet } from "./rules";
import styles from "./rules.module.css";

const CHECK = "mingan config check /etc/mingan/box.yaml";

interface Props {
  view: RuleView;
  box: BoxRule | undefined;
  isUsed: boolean;
}

/** What somebody has to do so that a rule watches: commands to copy, and where more is written. */
export function NextStep({ view, box, isUsed }: Props) {
  const { t } = useTranslation();
  const wantName = useWantName();
  const kind = ruleKind(view.rule);
  const missing = missingWants(box);
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
          <p className={styles.muted}>{t("rules.readMore", { title: t("rules.guide.picture") })}</p>
        )}
      </div>
    );
  }
  return (
    <ol className={styles.steps} data-testid="rule-steps">
      {missing.length > 0 && (
        <li>
          <p>{t("rules.step.import", { names: missing.map(wantName).join(t("list.separator")) })}</p>
          <CodeBlock text={importCommand(missing)} />
          <p className={styles.muted}>{t("rules.readMore", { title: t("rules.guide.model") })}</p>
        </li>
      )}
      {box && box.to_accept.length > 0 && (
        <li>
          <p>{t("rules.step.accept", { models: box.to_accept.join(", ") })}</p>
          <CodeBlock text="mingan models list" />
        </li>
      )}
      <li>
        <p>{t(isUsed ? "rules.step.writeMore" : "rules.step.write")}</p>
        <CodeBlock text={yaml} />
      </li>
      <li>
        <p>{t("rules.step.check")}</p>
        <CodeBlock text={CHECK} />
        <p className={styles.muted}>{t("rules.readMore", { title: t("rules.guide.camera") })}</p>
      </li>
    </ol>
  );
}
