import { App } from "antd";
import { useEffect, useRef, useState } from "react";

import { useTerm } from "../i18n/terms";
import { newKey } from "../http/newKey";
import type { DraftPhotograph } from "./draft";
import { downscale, NotUsable } from "./downscale";

/**
 * Makes photographs of what the camera gave, and says what it could not use.
 *
 * @param room How many may still be taken.
 * @param take Is given them; the newest one is called, since reading a photograph takes its time.
 */
export function usePhotographs(room: number, take: (taken: DraftPhotograph[]) => Promise<void>) {
  const term = useTerm();
  const { message } = App.useApp();
  const [isReading, setReading] = useState(false);
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  }, [take]);
  const add = async (files: readonly File[]) => {
    setReading(true);
    const taken: DraftPhotograph[] = [];
    try {
      for (const file of files.slice(0, room)) {
        try {
          taken.push({ id: newKey(), jpeg: await downscale(file), isSent: false });
        } catch (error) {
          if (!(error instanceof NotUsable)) throw error;
          void message.error(`${file.name}: ${term("photograph_fault", error.why)}`, 6);
        }
      }
      if (taken.length > 0) await latest.current(taken);
    } finally {
      setReading(false);
    }
  };
  return { add, isReading };
}
