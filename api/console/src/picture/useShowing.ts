import { useCallback, useEffect, useState } from "react";

import type { OnShowing, Showing } from "./showing";

/**
 * A picture counts as seen once it has stood for as long as anybody takes to react to it at all
 * (mean simple visual reaction time 231 ms: Woods et al. 2015, doi 10.3389/fnhum.2015.00131). What is
 * pressed sooner was meant for what stood there before: a bouncing key, or an alert that a colleague
 * judged meanwhile.
 */
export const SEEN_AFTER_MS = 250;

interface Picture {
  alertId: string;
  url: string | null;
  showing: Showing;
}

/** Whether the picture of the alert has been seen, from what the components that show it report. */
export function useShowing(alertId: string | undefined): { showing: Showing; onShowing: OnShowing } {
  const [picture, setPicture] = useState<Picture | null>(null);
  const [seen, setSeen] = useState<Picture | null>(null);
  const current = picture?.alertId === alertId ? picture : null;
  const painted = current?.showing === "shown" ? current : null;

  const onShowing = useCallback<OnShowing>((of, url, showing) => {
    setPicture((known) => {
      const isSame = known?.alertId === of && known.url === url;
      // A still that was seen stays seen, whatever becomes of the clip.
      if (isSame && (known.showing === "shown" || known.showing === showing)) return known;
      return { alertId: of, url, showing };
    });
  }, []);
  useEffect(() => {
    if (!painted) return undefined;
    const timer = window.setTimeout(() => setSeen(painted), SEEN_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [painted]);

  if (painted) return { showing: seen === painted ? "shown" : "waiting", onShowing };
  return { showing: current?.showing ?? "waiting", onShowing };
}
