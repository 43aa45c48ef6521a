/* The page's one connection for live events, and what it knows about its own freshness. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";

import { keys } from "../http/keys";
import { toServerTime } from "../time/serverClock";
import { useNow } from "../time/useNow";
import { LiveCache } from "./LiveCache";
import { openStream, shownStatus, type StreamStatus } from "./stream";
import { useHeartbeat } from "./useHeartbeat";

interface Live {
  status: StreamStatus;
  /** Milliseconds, on the server's clock; null before the first contact. */
  lastContact: number | null;
  /** Ids of rows that came in live, for their arrival mark. */
  arrivals: ReadonlySet<string>;
}

const LiveContext = createContext<Live>({
  status: "connecting",
  lastContact: null,
  arrivals: new Set(),
});

const ARRIVALS_KEPT = 50;

export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const heartbeat = useHeartbeat();
  const now = useNow();
  const [streamStatus, setStreamStatus] = useState<StreamStatus>("connecting");
  const [lastEvent, setLastEvent] = useState<number | null>(null);
  const [arrivals, setArrivals] = useState<ReadonlySet<string>>(() => new Set());

  useEffect(() => {
    const cache = new LiveCache(queryClient, (id) =>
      setArrivals((known) => new Set([...[...known].slice(1 - ARRIVALS_KEPT), id])),
    );
    const stream = openStream({
      onStatus: setStreamStatus,
      onContact: setLastEvent,
      onAlert: (alert) => cache.applyAlert(alert),
      onCamera: (camera) => cache.applyCamera(camera),
      onOrder: (order) => cache.applyOrder(order),
      onExam: (told) => cache.applyExam(told),
      onReset: () => cache.reset(),
      onRefused: () => void queryClient.invalidateQueries({ queryKey: keys.me }),
    });
    return () => {
      stream.close();
      cache.close();
    };
  }, [queryClient]);

  // The heartbeat's time was noted on this machine's clock.
  const beat = heartbeat.dataUpdatedAt > 0 ? toServerTime(heartbeat.dataUpdatedAt) : null;
  const lastContact =
    beat === null || lastEvent === null ? (beat ?? lastEvent) : Math.max(beat, lastEvent);
  const status = shownStatus(streamStatus, heartbeat.isError, lastContact, now);

  const value = useMemo(
    () => ({ status, lastContact, arrivals }),
    [status, lastContact, arrivals],
  );
  return <LiveContext value={value}>{children}</LiveContext>;
}

export function useLive(): Live {
  return useContext(LiveContext);
}
