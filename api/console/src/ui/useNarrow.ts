import { useMedia } from "./useMedia";

/** Whether this is a phone's width: one column, the detail page instead of the side panel. */
export function useNarrow(): boolean {
  return useMedia("(width <= 760px)");
}
