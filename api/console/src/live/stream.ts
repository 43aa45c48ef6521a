/* Server-sent events with a watchful eye: the browser's own reconnection is kept, and replaced by
   ours where the browser gives up. */
import type { AlertSummary, CameraView, OrderSummary, SittingEvent } from "../http/types";
import { serverNow } from "../time/serverClock";
import { backoffS } from "./backoff";

export type StreamStatus = "connecting" | "live" | "reconnecting" | "offline";

/** Two heartbeats and the wait for the second: whoever was silent for longer is not there. */
export const SILENT_MS = 25_000;

/**
 * What the page says of its line: one that died without a word still looks open to the browser.
 *
 * @param lastContact Milliseconds, as `now`; null before the first contact.
 */
export function shownStatus(
  stream: StreamStatus,
  heartbeatFailed: boolean,
  lastContact: number | null,
  now: number,
): StreamStatus {
  if (stream !== "live") return stream;
  const silent = lastContact !== null && now - lastContact > SILENT_MS;
  return heartbeatFailed || silent ? "reconnecting" : "live";
}

export interface StreamListener {
  onStatus: (status: StreamStatus) => void;
  onContact: (moment: number) => void;
  onAlert: (alert: AlertSummary) => void;
  onCamera: (camera: CameraView) => void;
  onOrder: (order: OrderSummary) => void;
  /** A row of an exam's table changed. */
  onExam: (told: SittingEvent) => void;
  /** Too much was missed to be told event by event. */
  onReset: () => void;
  /** The server answered, but not with a stream: the session may have ended. */
  onRefused: () => void;
}

export const STREAM_URL = "/api/v1/stream";

export function openStream(listener: StreamListener): { close: () => void } {
  let source: EventSource | null = null;
  let retry: number | undefined;
  let attempt = 0;
  let wasLive = false;
  let closed = false;

  const contact = () => listener.onContact(serverNow());

  const connect = () => {
    if (closed) return;
    listener.onStatus(navigator.onLine ? (wasLive ? "reconnecting" : "connecting") : "offline");
    source = new EventSource(STREAM_URL);
    source.onopen = () => {
      // A new EventSource knows no last id; what happened in between has to be read again.
      if (wasLive && attempt > 0) listener.onReset();
      attempt = 0;
      wasLive = true;
      listener.onStatus("live");
      contact();
    };
    source.addEventListener("alert", (event) => {
      contact();
      listener.onAlert(JSON.parse(event.data as string) as AlertSummary);
    });
    source.addEventListener("camera", (event) => {
      contact();
      listener.onCamera(JSON.parse(event.data as string) as CameraView);
    });
    source.addEventListener("order", (event) => {
      contact();
      listener.onOrder(JSON.parse(event.data as string) as OrderSummary);
    });
    source.addEventListener("exam", (event) => {
      contact();
      listener.onExam(JSON.parse(event.data as string) as SittingEvent);
    });
    source.addEventListener("ready", contact);
    source.addEventListener("reset", () => {
      contact();
      listener.onReset();
    });
    source.onerror = () => {
      listener.onStatus(navigator.onLine ? "reconnecting" : "offline");
      if (source?.readyState !== EventSource.CLOSED) return;
      listener.onRefused();
      source.close();
      window.clearTimeout(retry);
      retry = window.setTimeout(connect, backoffS(attempt) * 1000);
      attempt += 1;
    };
  };

  const onOffline = () => listener.onStatus("offline");
  const onOnline = () => {
    window.clearTimeout(retry);
    source?.close();
    attempt = Math.max(1, attempt);
    connect();
  };
  window.addEventListener("offline", onOffline);
  window.addEventListener("online", onOnline);
  connect();

  return {
    close: () => {
      closed = true;
      window.clearTimeout(retry);
      source?.close();
      window.removeEventListener("offline", onOffline);
      window.removeEventListener("online", onOnline);
    },
  };
}
