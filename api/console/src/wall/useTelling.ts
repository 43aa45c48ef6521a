import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../http/api";
import type { RefusedShowing } from "../http/types";
import { Untold } from "./patrol";
import type { Showing } from "./ShownMeter";

const EVERY_MS = 5000;

export interface Telling {
  onSeen: (sittingId: number, cameraKey: number, showing: Showing) => void;
  /** Rooms of which the centre has taken that this page showed them. */
  proven: ReadonlySet<number>;
  /** Why the centre did not take the last one that it refused. */
  refused: RefusedShowing["why"] | null;
  /** What was seen could not be told; it waits. */
  isLate: boolean;
}

/** Tells the centre which rooms were seen, every few seconds and when the page is left. */
export function useTelling(examId: number, sessionId: number): Telling {
  const [untold] = useState(() => new Untold());
  const [proven, setProven] = useState<ReadonlySet<number>>(new Set<number>());
  const [refused, setRefused] = useState<RefusedShowing["why"] | null>(null);
  const [isLate, setLate] = useState(false);
  const isTelling = useRef(false);

  const tell = useCallback(async () => {
    const showings = untold.at(performance.now());
    if (showings.length === 0 || isTelling.current) return;
    isTelling.current = true;
    try {
      const answer = await api.tellShowings(examId, sessionId, showings);
      untold.taken(showings);
      const not = new Set(answer.refused.map(({ id }) => id));
      const rooms = showings.filter(({ id }) => !not.has(id)).map(({ sitting_id }) => sitting_id);
      setProven((before) => new Set([...before, ...rooms]));
      setRefused(answer.refused[0]?.why ?? null);
      setLate(false);
    } catch {
      setLate(true);
    } finally {
      isTelling.current = false;
    }
  }, [untold, examId, sessionId]);

  useEffect(() => {
    const timer = setInterval(() => void tell(), EVERY_MS);
    const onVisibility = () => {
      if (document.visibilityState !== "visible") void tell();
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onVisibility);
      void tell();
    };
  }, [tell]);

  const onSeen = useCallback(
    (sittingId: number, cameraKey: number, showing: Showing) => untold.add(sittingId, cameraKey, showing),
    [untold],
  );
  return { onSeen, proven, refused, isLate };
}
