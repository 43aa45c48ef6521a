import { useEffect } from "react";

import { PAGES } from "./pages";

const WAIT_MS = 4000;

/**
 * Fetches the other pages' code once the first page stands, so that they still open while the
 * command centre is away.
 */
export function useOtherPages(signedIn: boolean): void {
  useEffect(() => {
    if (!signedIn) return undefined;
    const timer = window.setTimeout(() => {
      void Promise.allSettled(Object.values(PAGES).map(async (load) => load()));
    }, WAIT_MS);
    return () => window.clearTimeout(timer);
  }, [signedIn]);
}
