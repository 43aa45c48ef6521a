/* What the keys and buttons do to the alert in focus; the same on the queue and on its own page. */
import { App } from "antd";
import { useState } from "react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { Handlers } from "../keyboard/useKeys";
import type { Mode } from "../keyboard/keymap";
import type { AlertSummary } from "../http/types";
import type { PlayerHandle } from "./player/Player";
import { useAssigning } from "../order/AssignProvider";
import { isDigest } from "../alert/digest";
import { useMay } from "../session/policy";
import { useReview } from "./review/UndoProvider";
import { useShowing } from "../picture/useShowing";
import { FALSE_POSITIVE_REASONS, mayJudge, type Hand, type Verdict } from "./review/verdict";
import { useBoxes } from "./useBoxes";

export function useAlertControls(
  alert: AlertSummary | undefined,
  player: RefObject<PlayerHandle | null>,
  onJudged?: () => void,
) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const may = useMay();
  const assign = useAssigning();
  const review = useReview();
  const [boxes, setBoxes] = useBoxes();
  const [reasonsFor, setReasonsFor] = useState<string | null>(null);
  const [noting, setNoting] = useState<AlertSummary | null>(null);
  const [opening, setOpening] = useState<AlertSummary | null>(null);
  const reasonsOpen = alert !== undefined && reasonsFor === alert.id;
  const pending = alert?.status === "pending_review";
  const { showing, onShowing } = useShowing(alert?.id);

  const setReasonsOpen = (open: boolean) => setReasonsFor(open && alert ? alert.id : null);
  const onVerdict = (verdict: Verdict, hand: Hand) => {
    if (!alert || !pending || isDigest(alert)) return;
    if (!mayJudge(showing, hand)) {
      const text = showing === "failed" ? "review.notShown" : "review.notShownYet";
      void message.info({ key: "not-shown", content: t(text), duration: 3 });
      return;
    }
    setReasonsFor(null);
    review.judge(alert, verdict);
    onJudged?.();
  };

  const openDigest = () => {
    if (alert && pending && may("judge")) setOpening(alert);
  };
  const closeDigest = () => {
    setOpening(null);
    onJudged?.();
  };

  const handlers: Handlers = {
    confirm: () =>
      alert && isDigest(alert) ? openDigest() : onVerdict({ status: "confirmed" }, "key"),
    falseAlarm: () => alert && pending && !isDigest(alert) && setReasonsOpen(!reasonsOpen),
    reason: (index) => {
      const reason = FALSE_POSITIVE_REASONS[index];
      if (reason) onVerdict({ status: "false_positive", reason }, "key");
    },
    undo: review.undo,
    assign: () => {
      if (!may("assign_orders")) return;
      if (alert?.status === "confirmed") assign(alert.id);
      else if (!review.assignLatest()) {
        void message.info({ key: "assign", content: t("assign.confirmFirst"), duration: 3 });
      }
    },
    note: () => {
      if (alert && may("judge")) setNoting(alert);
    },
    playPause: () => player.current?.toggle(),
    frameBack: () => player.current?.step(-1),
    frameForward: () => player.current?.step(1),
    boxes: () => setBoxes(!boxes),
  };
  const mode: Mode = reasonsOpen ? "reasons" : "normal";
  return {
    boxes,
    setBoxes,
    reasonsOpen,
    setReasonsOpen,
    opening,
    openDigest,
    closeDigest,
    noting,
    setNoting,
    onVerdict,
    showing,
    onShowing,
    handlers,
    mode,
  };
}
