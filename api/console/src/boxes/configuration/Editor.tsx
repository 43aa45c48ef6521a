import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { toProblem } from "../../http/problem";
import type { VersionDetail } from "../../http/types";
import { useProblemText } from "../../ui/problemText";
import { useUnsaved } from "../../ui/useUnsaved";
import { Conflict } from "../../configuration/Conflict";
import { DiffList } from "../../configuration/DiffList";
import { type Lost, lostTo } from "../../configuration/lost";
import { type Draft, problemsOf } from "./draft";
import { ProblemList } from "../../configuration/ProblemList";
import { useComparison } from "./useConfiguration";
import { YamlText } from "./YamlText";
import styles from "../../configuration/configuration.module.css";

interface Props {
  boxId: number;
  begun: Draft;
  onSaved: (version: VersionDetail) => void;
  onClose: () => void;
}

/** Writes a version: its text, what that changes, what is wrong with it, and why it is written. */
export function Editor({ boxId, begun, onSaved, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [draft, setDraft] = useState(begun);
  const [lost, setLost] = useState<Lost | null>(null);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const { comparison, isOf, error } = useComparison(boxId, draft.text, draft.seen);
  const problems = problemsOf(draft, comparison?.problems ?? []);
  const wrong = new Set(problems.flatMap(({ line }) => (typeof line === "number" ? [line] : [])));
  const isChanged = draft.text !== begun.text || draft.reason !== "";
  useUnsaved(isChanged);
  const save = useMutation({
    mutationFn: () =>
      api.saveConfiguration(boxId, draft.seen, { text: draft.text, reason: draft.reason.trim() }),
    onSuccess: onSaved,
    onError: (failure) => {
      const found = lostTo(toProblem(failure, undefined));
      setLost(found);
      if (!found) void message.error(problemText(failure));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.configuration(boxId) }),
  });
  const canSave =
    isOf && comparison?.problems.length === 0 && draft.reason.trim() !== "" && lost === null;
  return (
    <section className={styles.panel} data-testid="configuration-editor">
      <h2>{t("configuration.edit")}</h2>
      {lost && (
        <Conflict
          boxId={boxId}
          seen={draft.seen}
          lost={lost}
          text={t("configuration.conflictText")}
          onKeep={() => {
            setDraft({ ...draft, seen: lost.version });
            setLost(null);
          }}
          onGiveUp={onClose}
        />
      )}
      <YamlText
        text={draft.text}
        onChange={(text) => setDraft({ ...draft, text })}
        wrong={wrong}
        goTo={goTo}
      />
      <p className={styles.muted}>{t("configuration.marker")}</p>
      {error && <Alert type="error" showIcon title={problemText(error)} />}
      <div aria-live="polite">
        {problems.length > 0 && (
          <>
            <h3 className={styles.wrong}>
              {t("configuration.problems", { count: problems.length })}
            </h3>
            <ProblemList problems={problems} onGo={(line) => setGoTo({ line })} />
          </>
        )}
      </div>
      <h3>{t("configuration.wouldChange")}</h3>
      {comparison?.diff ? (
        <DiffList diff={comparison.diff} />
      ) : (
        <p className={styles.muted}>{t("configuration.noDocument")}</p>
      )}
      <label className={styles.why}>
        {t("configuration.reason")}
        <Input
          value={draft.reason}
          maxLength={500}
          placeholder={t("configuration.reasonHint")}
          onChange={(event) => setDraft({ ...draft, reason: event.target.value })}
          data-testid="configuration-reason"
        />
      </label>
      <footer className={styles.foot}>
        <Button onClick={onClose} data-testid="configuration-cancel">
          {t("action.cancel")}
        </Button>
        <Button
          type="primary"
          disabled={!canSave}
          loading={save.isPending}
          onClick={() => save.mutate()}
          data-testid="configuration-save"
        >
          {t("configuration.save")}
        </Button>
      </footer>
    </section>
  );
}
