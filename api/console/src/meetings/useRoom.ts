import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem, type Problem } from "../http/problem";
import { RoomClient, type RoomState } from "./roomClient";

export type Phase = "out" | "waiting" | "entering" | "in";

/** How often somebody who waits asks whether they were let in. */
const ASK_AGAIN_MS = 3000;
const NOBODY: RoomState = { others: new Map(), isUp: false, isAway: false, ending: null };

/** Camera and microphone, or as much of them as there is; null of a page that may have neither. */
async function devices(): Promise<MediaStream | null> {
  // Of a page without HTTPS a browser has no such thing.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) return null;
  const video = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { max: 20 } };
  for (const wanted of [{ audio: true, video }, { audio: true }, { video }]) {
    try {
      return await media.getUserMedia(wanted);
    } catch {
      /* not allowed, or not there: less is asked for */
    }
  }
  return null;
}

function stop(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop());
}

/** One's place in a meeting, from the door to the end. */
export function useRoom(meetingId: number) {
  const cache = useQueryClient();
  const [phase, setPhase] = useState<Phase>("out");
  const [room, setRoom] = useState<RoomState>(NOBODY);
  const [own, setOwn] = useState<MediaStream | null>(null);
  const [screen, setScreen] = useState<MediaStream | null>(null);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const client = useRef<RoomClient | null>(null);
  const streams = useRef<MediaStream[]>([]);
  const camera = useRef<MediaStream | null>(null);
  /** Counts attempts: what one that was given up still brings is thrown away. */
  const attempt = useRef(0);

  const release = useCallback(() => {
    streams.current.forEach(stop);
    streams.current = [];
    client.current = null;
    setOwn(null);
    setScreen(null);
    setPhase("out");
    void cache.invalidateQueries({ queryKey: keys.meetings });
  }, [cache]);

  const leave = useCallback(() => {
    attempt.current += 1;
    client.current?.leave();
    release();
  }, [release]);

  const enter = useCallback(async () => {
    const mine = (attempt.current += 1);
    const isMine = () => attempt.current === mine;
    setTrouble(null);
    setRoom(NOBODY);
    setPhase("entering");
    try {
      let asked = await api.meetingTicket(meetingId);
      while (asked.ticket === null && asked.state !== "removed" && isMine()) {
        setPhase("waiting");
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        if (isMine()) asked = await api.meetingTicket(meetingId);
      }
      if (!isMine()) return;
      if (asked.ticket === null) {
        setRoom({ ...NOBODY, ending: "removed" });
        setPhase("out");
        return;
      }
      setPhase("entering");
      const entry = await api.enterMeeting(meetingId, asked.ticket);
      const giveUp = () => void api.leaveMeeting(meetingId, entry.entry_id).catch(() => undefined);
      if (!isMine()) return giveUp();
      const found = await devices();
      if (!isMine()) {
        stop(found);
        return giveUp();
      }
      if (found) streams.current.push(found);
      camera.current = found;
      setOwn(found);
      setPhase("in");
      const wire = {
        signal: (said: Parameters<typeof api.signalMeeting>[2]) =>
          api.signalMeeting(meetingId, entry.entry_id, said),
        events: () => api.meetingEvents(meetingId, entry.entry_id),
        leave: () => api.leaveMeeting(meetingId, entry.entry_id),
      };
      const made = new RoomClient(entry, wire, (told) => isMine() && setRoom(told));
      client.current = made;
      void cache.invalidateQueries({ queryKey: keys.meetings });
      await made.run(found?.getTracks() ?? []);
      if (isMine()) release();
    } catch (error) {
      if (!isMine()) return;
      setTrouble(toProblem(error, undefined));
      client.current?.leave();
      release();
    }
  }, [cache, meetingId, release]);

  useEffect(() => {
    const given = attempt;
    const current = client;
    const held = streams;
    return () => {
      given.current += 1;
      current.current?.leave();
      held.current.forEach(stop);
    };
  }, [meetingId]);

  const unshare = useCallback(async (shown: MediaStream | null) => {
    stop(shown);
    setScreen(null);
    await client.current?.show(camera.current?.getVideoTracks()[0] ?? null);
  }, []);

  const share = useCallback(async () => {
    const shown = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => null);
    const track = shown?.getVideoTracks()[0];
    if (!shown || !track || !client.current) return stop(shown);
    streams.current.push(shown);
    await client.current.show(track);
    setScreen(shown);
    track.addEventListener("ended", () => void unshare(shown));
  }, [unshare]);

  return { phase, room, own, screen, trouble, enter, leave, share, unshare: () => unshare(screen) };
}
