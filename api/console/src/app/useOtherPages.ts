import { useEffect } from "react";

const WAIT_MS = 4000;

/**
 * Fetches the other pages' code once the first page stands, so that they still open while the
 * command centre is away.
 */
export function useOtherPages(signedIn: boolean): void {
  useEffect(() => {
    if (!signedIn) return undefined;
    const timer = window.setTimeout(() => {
      void Promise.allSettled([
        import("../alerts/queue/QueuePage"),
        import("../alerts/detail/DetailPage"),
        import("../cameras/CamerasPage"),
      ]);
    }, WAIT_MS);
    return () => window.clearTimeout(timer);
  }, [signedIn]);
}
