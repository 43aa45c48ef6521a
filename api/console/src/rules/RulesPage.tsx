import { Button, Segmented } from "antd";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useCameras } from "../camera/useCameras";
import type { RuleViewState } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useKeys } from "../keyboard/useKeys";
import { useUrlFilter } from "../schools/useUrlFilter";
import { ErrorPanel } from "../ui/ErrorPanel";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { SearchBox } from "../ui/SearchBox";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { RuleRow } from "./RuleRow";
import { hasUse, RULE_STATES, rowsOf, type Row, type Use } from "./rules";
import styles from "./rules.module.css";
import { useRules } from "../rule/useRules";

type State = "all" | RuleViewState;

/** What can be watched for, where it is, and what the rest waits for. */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useRules();
  usePageTitle(t("nav.rules"));
  const cameras = useCameras();
  const [stateInUrl, setState] = useUrlFilter("state");
  const [useInUrl, setUse] = useUrlFilter("use");
  const [text, setText] = useUrlFilter("q");
  const search = useCallback((typed: string) => setText(typed || null), [setText]);
  const searchBox = useRef<HTMLInputElement>(null);
  useKeys({ search: () => searchBox.current?.focus() });

  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRules")} />;
  }
  const state: State = RULE_STATES.find((each) => each === stateInUrl) ?? "all";
  const use: Use | null = useInUrl === "used" || useInUrl === "unused" ? useInUrl : null;
  const all = rowsOf(query.data?.items ?? [], cameras.data?.items ?? []);
  const wanted = (text ?? "").trim().toLowerCase();
  const named = ({ view }: Row) =>
    [view.rule, term("rules", view.rule)].some((name) => name.toLowerCase().includes(wanted));
  const looked = all.filter((row) => named(row) && hasUse(row, use));
  const isIn = ({ view }: Row, each: State) => each === "all" || view.state === each;
  const shown = looked.filter((row) => isIn(row, state));
  const states: State[] = [
    "all",
    ...RULE_STATES.filter((each) => each === state || all.some((row) => row.view.state === each)),
  ];
  const silent = query.data !== undefined && all.every((row) => row.view.boxes.length === 0);
  const clear = () => {
    setState(null);
    setUse(null);
    setText(null);
  };
  return (
    <div className={styles.page} data-testid="rules-page">
      <ListBar title={t("nav.rules")} query={query}>
        <CountedTabs
          value={state}
          onChange={(next) => setState(next === "all" ? null : next)}
          tabs={states.map((each) => ({
            value: each,
            name: each === "all" ? t("rules.all") : term("readiness", each),
            count: looked.filter((row) => isIn(row, each)).length,
          }))}
          testId="rule-state-filter"
        />
        <Segmented<Use | "any">
          size="small"
          value={use ?? "any"}
          onChange={(next) => setUse(next === "any" ? null : next)}
          options={(["any", "used", "unused"] as const).map((each) => ({
            value: each,
            label: t(`rules.use.${each}`),
          }))}
          data-testid="rule-use-filter"
        />
        <SearchBox
          text={text ?? ""}
          onSearch={search}
          placeholder={t("rules.search")}
          label={t("rules.search")}
          className={styles.search}
          box={searchBox}
          testId="rule-search"
        />
      </ListBar>
      {silent && (
        <p className={`${styles.silent} hatched`} data-testid="rules-silent">
          {t("rules.silent")}
        </p>
      )}
      {query.isPending ? (
        <ul className={styles.list} aria-busy="true">
          {Array.from({ length: 8 }, (_, index) => (
            <li key={index} className={styles.skeleton} />
          ))}
        </ul>
      ) : shown.length === 0 ? (
        <StatePanel
          testId="no-rule"
          title={t("rules.none")}
          actions={
            <Button type="primary" onClick={clear}>
              {t("filter.clear")}
            </Button>
          }
        />
      ) : (
        <ul className={styles.list} data-testid="rule-list">
          {shown.map((row) => (
            <RuleRow key={row.view.rule} row={row} camerasKnown={cameras.data !== undefined} />
          ))}
        </ul>
      )}
    </div>
  );
}
