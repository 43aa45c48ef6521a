/* When an image is really before the eyes: loaded is not yet painted. */
import { useEffect, useRef } from "react";

import type { Showing } from "./showing";

/** Calls back once the browser has painted what it holds now; in a hidden tab, once it is seen. */
export function afterPaint(done: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(done);
  });
  return () => cancelAnimationFrame(frame);
}

/** Handlers of an `<img>` that report what becomes of it; another address is another picture. */
export function useReportedImage(url: string | null, report: (showing: Showing) => void) {
  const latest = useRef(report);
  const cancel = useRef<() => void>(undefined);
  useEffect(() => {
    latest.current = report;
  });
  useEffect(() => {
    latest.current(url === null ? "failed" : "waiting");
    return () => cancel.current?.();
  }, [url]);
  return {
    onLoad: () => {
      cancel.current?.();
      cancel.current = afterPaint(() => latest.current("shown"));
    },
    onError: () => latest.current("failed"),
  };
}
