import { useEffect, useRef } from "react";

import { elementTakesKey, resolveKey, type Action, type Mode } from "./keymap";

export type Handlers = Partial<Record<Action, (index: number) => void>>;

/** Listen on the whole page; the latest handlers are always the ones called. */
export function useKeys(handlers: Handlers, mode: Mode = "normal"): void {
  const latest = useRef({ handlers, mode });
  useEffect(() => {
    latest.current = { handlers, mode };
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || elementTakesKey(event.target, event)) return;
      const command = resolveKey(event, latest.current.mode);
      const handler = command && latest.current.handlers[command.action];
      if (!handler) return;
      event.preventDefault();
      handler(command.index);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
