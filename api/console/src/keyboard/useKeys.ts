import { useEffect, useEffectEvent } from "react";

import { elementTakesKey, resolveKey, takesText, type Action, type Mode } from "./keymap";

export type Handlers = Partial<Record<Action, (index: number) => void>>;

/** Listen on the whole page; what the page shows and what a key does change at once. */
export function useKeys(handlers: Handlers, mode: Mode = "normal"): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const command = resolveKey(event, mode);
    const handler = command && handlers[command.action];
    if (!handler) return;
    event.preventDefault();
    handler(command.index);
  });
  useEffect(() => {
    // Asked before anybody heard the key: Escape may have closed the dialog by the time it comes here.
    let isBehindDialog = false;
    const onCapture = () => {
      isBehindDialog = hasDialog();
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (isBehindDialog || event.defaultPrevented || elementTakesKey(event.target, event)) return;
      onKey(event);
    };
    window.addEventListener("keydown", onCapture, true);
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onCapture, true);
      window.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}

/** Whether a dialog stands before the page, wherever the focus is. */
function hasDialog(): boolean {
  const dialogs = document.querySelectorAll<HTMLElement>("[role=dialog][aria-modal=true]");
  return [...dialogs].some((dialog) => dialog.closest("[style*='display: none']") === null);
}

/** Whether somebody uses it with the pointer and goes on; a list of choices closes without focus. */
function keepsFocus(focused: HTMLInputElement): boolean {
  return takesText(focused) || focused.matches("[role=combobox]");
}

/**
 * Keeps the keys with the page, wherever no text is typed. A tab or a slider used with the pointer
 * gives the focus back, so that the arrows move through the list again. A button presses itself for
 * as long as Enter is held: only the first press counts.
 */
export function useFreeKeys(): void {
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      const focused = document.activeElement;
      // A click that the keyboard made has no detail.
      if (event.detail > 0 && focused instanceof HTMLInputElement && !keepsFocus(focused)) focused.blur();
    };
    const onHeld = (event: KeyboardEvent) => {
      if (!event.repeat || !(event.target instanceof HTMLElement)) return;
      if (event.key === "Enter" && event.target.closest("button, a, summary")) event.preventDefault();
    };
    window.addEventListener("click", onClick);
    window.addEventListener("keydown", onHeld, true);
    return () => {
      window.removeEventListener("click", onClick);
      window.removeEventListener("keydown", onHeld, true);
    };
  }, []);
}
