import { useMedia } from "./useMedia";

/** Whether the page is being put on paper, where nobody turns to the next twenty rows. */
export function usePrinting(): boolean {
  return useMedia("print");
}
