import { useCallback, useEffect, useState } from "react";

/** One element over the whole screen at a time. */
export function useFullScreen(): {
  active: boolean;
  toggle: (element: HTMLElement) => void;
  leave: () => void;
} {
  const [active, setActive] = useState(false);
  useEffect(() => {
    const onChange = () => setActive(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", onChange);
    return () => document.removeEventListener("fullscreenchange", onChange);
  }, []);
  const leave = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  }, []);
  const toggle = useCallback(
    (element: HTMLElement) => {
      if (document.fullscreenElement) leave();
      else void element.requestFullscreen().catch(() => undefined);
    },
    [leave],
  );
  return { active, toggle, leave };
}
