/* Verdicts move the list on at once and can be taken back for ten seconds; nobody is asked "are you
   sure?" three hundred times a day. They are called saved when the server has said so, not before. */
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { toProblem } from "../../http/problem";
import type { AlertSummary } from "../../http/types";
import { useAssigning } from "../../order/AssignProvider";
import { useMay } from "../../session/policy";
import { useSession } from "../../session/useSession";
import { serverNow } from "../../time/serverClock";
import { applyVerdict } from "../../alert/applyAlert";
import { useDecidedBefore } from "./decidedBefore";
import { UndoToast } from "./UndoToast";
import { judged, UNDO_S, type Outcome } from "./verdict";

export interface Judgement {
  before: AlertSummary;
  verdict: Outcome;
  /** Until when it can be taken back, on the server's clock. */
  until: number;
  isSaved: boolean;
  /** Settles once the server has answered; null when it refused. */
  saved: Promise<AlertSummary | null>;
}

interface Review {
  judge: (alert: AlertSummary, verdict: Outcome) => void;
  /** Whether the server has yet to answer for this alert's verdict. */
  isSaving: (id: string) => boolean;
  /** Takes back the latest verdict that still can be. */
  undo: () => void;
  /** Gives the latest confirmed alert away, once it is saved; false if there is none. */
  assignLatest: () => boolean;
  /** Hear which alert came back. */
  onUndone: (listener: (id: string) => void) => () => void;
}

const ReviewContext = createContext<Review | null>(null);

export function UndoProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const may = useMay();
  const me = useSession().data?.username ?? "";
  const [judgements, setJudgements] = useState<readonly Judgement[]>([]);
  const listeners = useRef(new Set<(id: string) => void>());
  const latest = judgements.at(-1);
  const assign = useAssigning();
  const decidedBefore = useDecidedBefore();

  useEffect(() => {
    const ends = judgements.filter((each) => each.isSaved).map((each) => each.until);
    if (ends.length === 0) return undefined;
    const timer = window.setTimeout(
      () => setJudgements((all) => all.filter((each) => !each.isSaved || each.until > serverNow())),
      Math.max(50, Math.min(...ends) - serverNow() + 20),
    );
    return () => window.clearTimeout(timer);
  }, [judgements]);

  const unsaved = judgements.some((each) => !each.isSaved);
  useEffect(() => {
    if (!unsaved) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);

  const complain = useCallback(
    (error: unknown) => {
      const problem = toProblem(error, undefined);
      if (problem.status === 401) return;
      const text =
        decidedBefore(problem) ??
        (problem.unreachable
          ? t(problem.timedOut ? "review.notAnswered" : "review.notSaved")
          : t("review.refused", { code: problem.code }));
      void message.error(text, 6);
    },
    [decidedBefore, message, t],
  );

  const judge = useCallback(
    (alert: AlertSummary, verdict: Outcome) => {
      if (!may("judge")) return;
      const now = serverNow();
      const after = judged(alert, verdict, me, now);
      applyVerdict(client, alert, after);
      const saved = send(alert.id, verdict).then(
        (answer) => {
          applyVerdict(client, after, answer);
          const until = answer.undo_until ? Date.parse(answer.undo_until) : serverNow();
          setJudgements((all) =>
            all.map((each) => (each.before.id === alert.id ? { ...each, isSaved: true, until } : each)),
          );
          return answer;
        },
        (error: unknown) => {
          applyVerdict(client, after, alert);
          setJudgements((all) => all.filter((each) => each.before.id !== alert.id));
          void client.invalidateQueries({ queryKey: keys.alerts });
          complain(error);
          return null;
        },
      );
      const entry = { before: alert, verdict, until: now + UNDO_S * 1000, isSaved: false, saved };
      setJudgements((all) => [...all.filter((each) => each.before.id !== alert.id), entry]);
    },
    [client, complain, may, me],
  );

  const undo = useCallback(() => {
    if (!latest) return;
    setJudgements((all) => all.filter((each) => each.before.id !== latest.before.id));
    void (async () => {
      const answer = await latest.saved;
      if (!answer) return;
      try {
        const restored = await api.undo(latest.before.id);
        applyVerdict(client, answer, restored);
        for (const listener of listeners.current) listener(restored.id);
      } catch (error) {
        complain(error);
        void client.invalidateQueries({ queryKey: keys.alerts });
      }
    })();
  }, [client, complain, latest]);

  const assignLatest = useCallback(() => {
    if (latest?.verdict.status !== "confirmed") return false;
    void latest.saved.then((answer) => answer && assign(answer.id));
    return true;
  }, [assign, latest]);

  const onUndone = useCallback((listener: (id: string) => void) => {
    listeners.current.add(listener);
    return () => listeners.current.delete(listener);
  }, []);

  const isSaving = useCallback(
    (id: string) => judgements.some((each) => each.before.id === id && !each.isSaved),
    [judgements],
  );
  const value = useMemo(
    () => ({ judge, isSaving, undo, assignLatest, onUndone }),
    [judge, isSaving, undo, assignLatest, onUndone],
  );
  return (
    <ReviewContext value={value}>
      {children}
      {latest && <UndoToast key={latest.before.id} judgement={latest} onUndo={undo} onAssign={assignLatest} />}
    </ReviewContext>
  );
}

function send(id: string, verdict: Outcome): Promise<AlertSummary> {
  switch (verdict.status) {
    case "confirmed":
      return api.confirm(id);
    case "false_positive":
      return api.falsePositive(id, verdict.reason);
    case "seen":
      return api.seen(id);
  }
}

export function useReview(): Review {
  const value = useContext(ReviewContext);
  if (!value) throw new Error("useReview needs an UndoProvider");
  return value;
}
