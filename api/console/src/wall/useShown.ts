import { useEffect, useEffectEvent, type RefObject } from "react";

import { newKey } from "../http/newKey";
import { ShownMeter, type Showing } from "./ShownMeter";

/** So much of a tile must be inside of the window. */
const MOST_OF_IT = 0.9;

/** Whether this browser tells of each picture that it puts on the screen. */
export const CAN_PROVE = "requestVideoFrameCallback" in HTMLVideoElement.prototype;

/** Nothing lies over the tile's middle, as a dialog would. */
function isOnTop(tile: HTMLElement): boolean {
  const { left, top, width, height } = tile.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + height / 2);
  return there !== null && tile.contains(there);
}

/**
 * Tells when a player's pictures are really seen: put on the screen, one after the other, in a page
 * that is open and visible, with nothing before them. Nothing is told of a hidden page, a minimised
 * window, a tile that is scrolled away or covered, or a player that stalls.
 */
export function useShown(
  tile: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
  isCovered: boolean,
  onSeen: ((showing: Showing) => void) | undefined,
): void {
  const isAsked = onSeen !== undefined && CAN_PROVE;
  const seen = useEffectEvent((showing: Showing) => onSeen?.(showing));
  const covered = useEffectEvent(() => isCovered);
  useEffect(() => {
    const player = video.current;
    const frame = tile.current;
    if (!isAsked || !player || !frame) return undefined;
    const meter = new ShownMeter((showing) => seen(showing), newKey);
    let isInside = false;
    const observer = new IntersectionObserver(
      (entries) => {
        isInside = (entries.at(-1)?.intersectionRatio ?? 0) >= MOST_OF_IT;
        if (!isInside) meter.end();
      },
      { threshold: [0, MOST_OF_IT] },
    );
    observer.observe(frame);
    const onVisibility = () => {
      if (document.visibilityState !== "visible") meter.end();
    };
    document.addEventListener("visibilitychange", onVisibility);
    let handle = 0;
    const onFrame = (_now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
      const isSeen = document.visibilityState === "visible" && isInside && !covered() && isOnTop(frame);
      meter.frame(performance.now(), mediaTime, isSeen);
      handle = player.requestVideoFrameCallback(onFrame);
    };
    handle = player.requestVideoFrameCallback(onFrame);
    return () => {
      player.cancelVideoFrameCallback(handle);
      document.removeEventListener("visibilitychange", onVisibility);
      observer.disconnect();
    };
  }, [isAsked, tile, video]);
}
