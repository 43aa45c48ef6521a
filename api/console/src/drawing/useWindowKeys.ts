import { useEffect, useEffectEvent } from "react";

/** Wherever the focus is, but where text is typed: what had it may just have been taken away. */
export function useWindowKeys(take: (event: globalThis.KeyboardEvent) => void): void {
  const onKey = useEffectEvent((event: globalThis.KeyboardEvent) => {
    const { target } = event;
    if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) take(event);
  });
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
