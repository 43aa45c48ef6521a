import { ArrowLeftOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Radio, Skeleton } from "antd";
import { useReducer, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { AddCameraGuide } from "../camera/AddCameraGuide";
import { useCameras } from "../camera/useCameras";
import { begin } from "../drawing/history";
import { api } from "../http/api";
import type { CameraView, RuleSetRequest, RuleSetResult } from "../http/types";
import { ErrorPanel } from "../ui/ErrorPanel";
import { useProblemText } from "../ui/problemText";
import { usePageTitle } from "../ui/usePageTitle";
import { AddRule } from "./AddRule";
import { edit, type Rule } from "./editing";
import { scheduleFault } from "./options";
import { RuleForm } from "./RuleForm";
import { RuleList } from "./RuleList";
import { CameraChoice, MOST_CAMERAS } from "./ruleset/CameraChoice";
import { seenBoxes } from "./ruleset/plan";
import { PlanView } from "./ruleset/PlanView";
import { ResultView } from "./ruleset/ResultView";
import styles from "./zones.module.css";

/** What one box says of rules differs from another's: the preview says what each lacks. */
const NOTHING_TOLD = new Map<string, never>();

/** The same rules for many cameras at once, of any school. */
export function Component() {
  const { t } = useTranslation();
  const query = useCameras();
  usePageTitle(t("ruleSet.title"));
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("zones.stillWorks")} />;
  if (!query.data) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 12 }} />;
  if (query.data.items.length === 0) return <AddCameraGuide />;
  return <RuleSet cameras={query.data.items} />;
}

function RuleSet({ cameras }: { cameras: readonly CameraView[] }) {
  const { t } = useTranslation();
  const [editing, act] = useReducer(edit, begin<readonly Rule[]>([]));
  const [at, setAt] = useState(0);
  const [keys, setKeys] = useState<number[]>([]);
  const [mode, setMode] = useState<"add" | "update">("add");
  /** What the preview below is of; null before the first. */
  const [asked, setAsked] = useState<RuleSetRequest | null>(null);
  const [result, setResult] = useState<RuleSetResult | null>(null);
  const rules = editing.state;
  const rule = rules[at];
  const known = keys.filter((key) => cameras.some(({ id }) => id === key));
  const wanted: RuleSetRequest = { camera_keys: known, rules: [...rules], mode };
  const isStale = asked === null || JSON.stringify({ ...asked, take: undefined }) !== JSON.stringify(wanted);
  const canAsk =
    rules.length > 0 &&
    known.length > 0 &&
    known.length <= MOST_CAMERAS &&
    rules.every((each) => scheduleFault(each["schedule"]) === null);
  return (
    <div className={styles.page} data-testid="rule-set-page">
      <header className={styles.top}>
        <Link to="/cameras" aria-label={t("zones.toCameras")}>
          <ArrowLeftOutlined aria-hidden="true" />
        </Link>
        <h1>{t("ruleSet.title")}</h1>
      </header>
      <section className={styles.step}>
        <h2>{t("ruleSet.rules")}</h2>
        <div className={styles.choose}>
          <AddRule
            rules={rules}
            readiness={NOTHING_TOLD}
            onAdd={(added) => {
              act({ kind: "add", rules: added });
              setAt(rules.length);
            }}
          />
          <RuleList rules={rules} chosen={at} readiness={NOTHING_TOLD} onChosen={setAt} />
          {rule && <RuleForm key={at} rule={rule} index={at} sharers={[]} problems={[]} act={act} />}
        </div>
        <Radio.Group
          value={mode}
          onChange={({ target }) => setMode(target.value === "update" ? "update" : "add")}
          options={[
            { value: "add", label: t("ruleSet.mode.add") },
            { value: "update", label: t("ruleSet.mode.update") },
          ]}
          data-testid="rule-set-mode"
        />
        <p className={styles.muted}>{t("ruleSet.zoneHint")}</p>
      </section>
      <section className={styles.step}>
        <h2>{t("nav.cameras")}</h2>
        <CameraChoice cameras={cameras} chosen={known} onChosen={setKeys} />
      </section>
      <section className={styles.step}>
        <h2>{t("ruleSet.preview")}</h2>
        {isStale && (
          <Button
            type="primary"
            disabled={!canAsk}
            onClick={() => {
              setResult(null);
              setAsked(wanted);
            }}
            data-testid="rule-set-preview"
          >
            {t("ruleSet.preview")}
          </Button>
        )}
        {!isStale && result === null && <Previewed asked={asked} onAsked={setAsked} onResult={setResult} />}
        {result !== null && (
          <>
            <ResultView result={result} />
            {!isStale && (
              <Button onClick={() => setResult(null)} data-testid="rule-set-again">
                {t("ruleSet.again")}
              </Button>
            )}
          </>
        )}
      </section>
    </div>
  );
}

interface PreviewedProps {
  asked: RuleSetRequest;
  onAsked: (asked: RuleSetRequest) => void;
  onResult: (result: RuleSetResult) => void;
}

function Previewed({ asked, onAsked, onResult }: PreviewedProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const query = useQuery({
    queryKey: ["rule-set", JSON.stringify(asked)],
    queryFn: () => api.previewRuleSet(asked),
    gcTime: 0,
    staleTime: Infinity,
    placeholderData: (before) => before,
    retry: false,
  });
  const plan = query.data;
  const seen = plan ? seenBoxes(plan) : [];
  const apply = useMutation({
    mutationFn: () => api.applyRuleSet({ ...asked, seen, reason: reason.trim() }),
    onSuccess: onResult,
    // What of it was saved before it failed reads as unchanged then.
    onError: () => void query.refetch(),
    onSettled: () =>
      Promise.all(
        seen.map(({ box_id: boxId }) => client.invalidateQueries({ queryKey: ["configuration", boxId] })),
      ),
  });
  if (query.isError) {
    return (
      <Alert
        type="error"
        showIcon
        title={problemText(query.error)}
        action={
          <Button size="small" onClick={() => void query.refetch()}>
            {t("ruleSet.again")}
          </Button>
        }
      />
    );
  }
  if (!plan) return <Skeleton active />;
  return (
    <>
      <PlanView plan={plan} taken={asked.take ?? []} onTaken={(take) => onAsked({ ...asked, take })} />
      {apply.error && <Alert type="error" showIcon title={problemText(apply.error)} description={t("ruleSet.failed")} />}
      {seen.length > 0 && (
        <div className={styles.bar}>
          <Input
            className={styles.reason ?? ""}
            value={reason}
            maxLength={500}
            aria-label={t("configuration.reason")}
            placeholder={t("configuration.reasonHint")}
            onChange={({ target }) => setReason(target.value)}
            data-testid="rule-set-reason"
          />
          <Button
            type="primary"
            loading={apply.isPending}
            disabled={reason.trim() === "" || query.isFetching}
            onClick={() => apply.mutate()}
            data-testid="rule-set-apply"
          >
            {t("ruleSet.apply", { count: seen.length })}
          </Button>
        </div>
      )}
    </>
  );
}
