import { DeleteOutlined } from "@ant-design/icons";
import { Button, Collapse, Input } from "antd";
import { useTranslation } from "react-i18next";

import type { ConfigurationProblem } from "../http/types";
import { useTerm } from "../i18n/terms";
import { ruleName, shapeOf, typeOf, type Act, type Rule } from "./editing";
import { OptionField } from "./OptionField";
import { optionsOf, unknownKeys, type Option } from "./options";
import styles from "./zones.module.css";

interface Props {
  rule: Rule;
  index: number;
  /** Names of rules whose shape moves with this one's. */
  sharers: readonly string[];
  /** What the box said of this rule; `path` begins at the rule. */
  problems: readonly ConfigurationProblem[];
  act: (act: Act) => void;
}

/** How a rule counts in the end is seldom changed: it stands behind a fold unless something is given. */
const FINE = new Set(["min_score", "clear_s", "risk", "leave_margin", "move", "hidden_s", "margin", "classes"]);

/** What the chosen rule is told: its shape's name, when it watches, and its thresholds in words. */
export function RuleForm({ rule, index, sharers, problems, act }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const shape = shapeOf(rule);
  const options = optionsOf(typeOf(rule));
  const unknown = unknownKeys(rule);
  const said = (key: string) => problems.find(({ path = "" }) => path === key || path.startsWith(`${key}.`))?.what;
  const field = (option: Option) => (
    <OptionField
      key={option.key}
      option={option}
      value={rule[option.key]}
      problem={said(option.key)}
      onChange={(value) => act({ kind: "set", index, step: `set ${index} ${option.key}`, key: option.key, value })}
    />
  );
  const [first, fine] = [options.filter(({ key }) => !FINE.has(key)), options.filter(({ key }) => FINE.has(key))];
  const isFineOpen = fine.some(({ key }) => said(key) !== undefined);
  const shapeProblem = shape && said(shape.kind);
  return (
    <section className={styles.form} data-testid="rule-form">
      <h2>
        {term("rules", typeOf(rule))} <code>{ruleName(rule)}</code>
      </h2>
      {shape ? (
        <label className={styles.field}>
          <span>{t(shape.kind === "zone" ? "zones.zoneName" : "zones.lineName")}</span>
          <Input
            size="small"
            value={shape.name}
            maxLength={64}
            status={shape.name.trim() === "" ? "error" : ""}
            onChange={({ target }) =>
              act({ kind: "rename", index, step: `rename ${index}`, name: target.value })
            }
            data-testid="zone-name"
          />
          <span className={styles.muted}>{t("zones.nameMeans")}</span>
        </label>
      ) : (
        <p className={styles.wrong}>{t("zones.noShape")}</p>
      )}
      {shapeProblem && (
        <p className={styles.wrong} lang="en" role="alert" data-testid="shape-problem">
          {shapeProblem}
        </p>
      )}
      {sharers.length > 0 && (
        <p className={styles.muted} data-testid="zone-shared">
          {t("zones.shared", { names: sharers.join(t("list.separator")) })}
        </p>
      )}
      {first.map(field)}
      {fine.length > 0 && (
        <Collapse
          size="small"
          ghost
          defaultActiveKey={isFineOpen ? ["fine"] : []}
          items={[{ key: "fine", label: t("zones.fine"), children: fine.map(field) }]}
        />
      )}
      {unknown.length > 0 && (
        <p className={styles.muted} data-testid="unknown-keys">
          {t("zones.unknown", { keys: unknown.join(", ") })}
        </p>
      )}
      <footer className={styles.foot}>
        <Button
          size="small"
          danger
          icon={<DeleteOutlined />}
          onClick={() => act({ kind: "remove", index })}
          data-testid="rule-remove"
        >
          {t("zones.removeRule")}
        </Button>
      </footer>
    </section>
  );
}
