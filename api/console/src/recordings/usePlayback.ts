import { useEffect, useRef, useState, type RefObject } from "react";

import type { PlayRequest } from "../http/types";
import { FootageStream, KEYFRAMES_FROM, type StreamState } from "./FootageStream";

export type Status = StreamState | { kind: "idle" | "waiting"; reason: string };

export interface Leap {
  from: number;
  to: number;
}

export interface Playback {
  status: Status;
  /** The moment on the screen, or the one that is being fetched. */
  position: number | null;
  playing: boolean;
  speed: number;
  /** The hole that was stepped over last. */
  leap: Leap | null;
  seek: (at: number) => void;
  toggle: () => void;
  changeSpeed: (speed: number) => void;
}

const TICK_MS = 250;
const LEAP_SHOWN_MS = 6000;

/** Plays one camera's footage on a <video>; every seek beyond what is there is a new order. */
export function usePlayback(
  cameraKey: number,
  video: RefObject<HTMLVideoElement | null>,
  reason: PlayRequest["reason"] | null,
): Playback {
  const stream = useRef<FootageStream | null>(null);
  const [status, setStatus] = useState<Status>({ kind: "idle", reason: "" });
  const [position, setPosition] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [leap, setLeap] = useState<Leap | null>(null);

  const open = (at: number, atSpeed: number) => {
    if (!video.current || reason === null) return;
    stream.current?.close();
    setPosition(at);
    setLeap(null);
    setStatus({ kind: "starting", reason: "" });
    stream.current = new FootageStream(video.current, cameraKey, at, reason, atSpeed, {
      onState: setStatus,
      onLeap: (from, to) => setLeap({ from, to }),
    });
  };
  const reopen = useRef((at: number) => open(at, speed));
  useEffect(() => {
    reopen.current = (at) => open(at, speed);
  });

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    const onPlay = () => setPlaying(true);
    const onPause = () => setPlaying(false);
    element.addEventListener("play", onPlay);
    element.addEventListener("pause", onPause);
    return () => {
      element.removeEventListener("play", onPlay);
      element.removeEventListener("pause", onPause);
      stream.current?.close();
      stream.current = null;
    };
  }, [cameraKey, video]);

  useEffect(() => {
    const timer = setInterval(() => {
      const { current } = stream;
      const at = current?.position ?? null;
      if (!current || at === null) return;
      setPosition(at);
      if (current.needsReopening && !video.current?.paused && !current.holds(at + 1500)) {
        reopen.current(at);
      }
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [video]);

  useEffect(() => {
    if (!leap) return undefined;
    const timer = setTimeout(() => setLeap(null), LEAP_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [leap]);

  const seek = (at: number) => {
    if (stream.current?.holds(at)) {
      stream.current.seek(at);
      setPosition(at);
    } else {
      open(at, speed);
    }
  };
  const toggle = () => {
    const element = video.current;
    if (!element || position === null) return;
    if (!stream.current) open(position, speed);
    else if (!element.paused) element.pause();
    else if (stream.current.needsReopening && !stream.current.holds(position + 1500)) open(position, speed);
    else void element.play().catch(() => undefined);
  };
  const changeSpeed = (next: number) => {
    const crosses = next >= KEYFRAMES_FROM !== speed >= KEYFRAMES_FROM;
    setSpeed(next);
    if (!stream.current) return;
    if (crosses && position !== null) open(position, next);
    else {
      stream.current.changeSpeed(next);
    }
  };
  return { status, position, playing, speed, leap, seek, toggle, changeSpeed };
}
