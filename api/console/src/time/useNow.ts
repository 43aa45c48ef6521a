import { useSyncExternalStore } from "react";

import { serverNow } from "./serverClock";

/* One timer for the whole page; components that show an age share its ticks. */
const listeners = new Set<() => void>();
let timer: number | undefined;
let current = serverNow();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    current = serverNow();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

function snapshot(): number {
  if (timer === undefined && Math.abs(serverNow() - current) > 500) current = serverNow();
  return current;
}

/** The server's time now, in milliseconds, once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot);
}
