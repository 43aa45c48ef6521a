import { useSyncExternalStore } from "react";

const query = () => window.matchMedia("(width <= 760px)");

/** Whether this is a phone's width: one column, the detail page instead of the side panel. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = query();
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => query().matches,
  );
}
