import { Alert, Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import { useWantName } from "../rule/useWantName";
import type { Rule } from "./editing";
import { newRule, PLACES, RULE_TYPES, rulesOfPlace } from "./options";
import type { Readiness } from "./useZones";
import styles from "./zones.module.css";

interface Props {
  rules: readonly Rule[];
  readiness: ReadonlyMap<string, Readiness>;
  onAdd: (rules: readonly Rule[]) => void;
}

/** One rule, or all that a place usually has; what a rule waits for is told before it is added. */
export function AddRule({ rules, readiness, onAdd }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [choice, setChoice] = useState<string | null>(null);
  const place = PLACES.find((each) => choice === `place ${each}`);
  const chosen = place ? rulesOfPlace(place, rules) : [newRule(choice ?? "", t("zones.newZone"))];
  const words = (type: string) => {
    const state = readiness.get(type)?.state ?? "unknown";
    return state === "ready" ? term("rules", type) : `${term("rules", type)} · ${term("readiness", state)}`;
  };
  return (
    <div className={styles.form}>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("zones.add")}
        placeholder={t("zones.add")}
        value={choice}
        onChange={(to: string) => setChoice(to)}
        options={[
          {
            label: t("zones.byPlace"),
            options: PLACES.map((each) => ({ value: `place ${each}`, label: t(`zones.place.${each}`) })),
          },
          {
            label: t("zones.byRule"),
            options: RULE_TYPES.map((type) => ({ value: type, label: words(type) })),
          },
        ]}
        data-testid="add-rule"
      />
      {choice !== null && (
        <>
          <p className={styles.muted}>
            {chosen.length === 0
              ? t("zones.placeThere")
              : chosen.map((rule) => term("rules", String(rule["type"]))).join(t("list.separator"))}
          </p>
          <Waiting rules={chosen} readiness={readiness} />
          <Button
            type="primary"
            size="small"
            disabled={chosen.length === 0}
            onClick={() => {
              onAdd(chosen);
              setChoice(null);
            }}
            data-testid="add-rule-ok"
          >
            {t("zones.addOk")}
          </Button>
        </>
      )}
    </div>
  );
}

/** What rules wait for at this box: a model that is not there, or one whose terms are unknown. */
export function Waiting({ rules, readiness }: Omit<Props, "onAdd">) {
  const { t } = useTranslation();
  const term = useTerm();
  const wantName = useWantName();
  const types = [...new Set(rules.map((rule) => String(rule["type"])))];
  return (
    <>
      {types.map((type) => {
        const of = readiness.get(type);
        if (!of || of.state === "ready") return null;
        const why =
          of.missing.length > 0
            ? t("zones.needsModel", { names: of.missing.map(wantName).join(t("list.separator")) })
            : of.toAccept.length > 0
              ? t("zones.needsConsent", { models: of.toAccept.join(", ") })
              : t("zones.notReady", { state: term("readiness", of.state) });
        return (
          <Alert
            key={type}
            type="warning"
            showIcon
            title={`${term("rules", type)}: ${why}`}
            data-testid="rule-waits"
            data-rule={type}
          />
        );
      })}
    </>
  );
}
