/* What the keys and buttons do to the alert in focus; the same on the queue and on its own page. */
import { useState } from "react";
import type { RefObject } from "react";

import type { Handlers } from "../keyboard/useKeys";
import type { Mode } from "../keyboard/keymap";
import type { AlertSummary } from "../http/types";
import type { PlayerHandle } from "./player/Player";
import { useReview } from "./review/UndoProvider";
import { FALSE_POSITIVE_REASONS, type Verdict } from "./review/verdict";
import { useBoxes } from "./useBoxes";

export function useAlertControls(
  alert: AlertSummary | undefined,
  player: RefObject<PlayerHandle | null>,
  onJudged?: () => void,
) {
  const review = useReview();
  const [boxes, setBoxes] = useBoxes();
  const [reasonsFor, setReasonsFor] = useState<string | null>(null);
  const reasonsOpen = alert !== undefined && reasonsFor === alert.id;
  const pending = alert?.status === "pending_review";

  const setReasonsOpen = (open: boolean) => setReasonsFor(open && alert ? alert.id : null);
  const onVerdict = (verdict: Verdict) => {
    if (!alert || !pending) return;
    setReasonsFor(null);
    review.judge(alert, verdict);
    onJudged?.();
  };

  const handlers: Handlers = {
    confirm: () => onVerdict({ status: "confirmed" }),
    falseAlarm: () => pending && setReasonsOpen(!reasonsOpen),
    reason: (index) => {
      const reason = FALSE_POSITIVE_REASONS[index];
      if (reason) onVerdict({ status: "false_positive", reason });
    },
    undo: review.undo,
    playPause: () => player.current?.toggle(),
    frameBack: () => player.current?.step(-1),
    frameForward: () => player.current?.step(1),
    boxes: () => setBoxes(!boxes),
  };
  const mode: Mode = reasonsOpen ? "reasons" : "normal";
  return { boxes, setBoxes, reasonsOpen, setReasonsOpen, onVerdict, handlers, mode };
}
