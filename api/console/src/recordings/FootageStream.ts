/* One stretch of recorded footage on a <video>: media time is real time, gaps are holes in it. */
import { api } from "../http/api";
import type { PlayRequest } from "../http/types";
import { FrameReader, type WallFrame, type WallState } from "../live/frames";
import { playableCodecs } from "../live/codecs";

/** So many seconds of watching may wait in the browser; then the server is read no further. */
const AHEAD_S = 30;
const BEHIND_S = 20;
const SILENCE_MS = 8000;
const CHECK_MS = 200;
/** From this speed on only keyframes are sent. */
export const KEYFRAMES_FROM = 8;

export type StreamState =
  | { kind: WallState; reason: string }
  | { kind: "ended" | "failed" | "disconnected" | "too_many"; reason: string };

export interface StreamListener {
  onState: (state: StreamState) => void;
  /** Footage is missing between the two moments; the picture goes on behind. */
  onLeap: (from: number, to: number) => void;
}

type Step =
  | { kind: "head"; mime: string; offsetS: number; data: Uint8Array<ArrayBuffer> }
  | { kind: "part"; data: Uint8Array<ArrayBuffer> };

export class FootageStream {
  private readonly abort = new AbortController();
  private readonly timer: ReturnType<typeof setInterval>;
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private url = "";
  private steps: Step[] = [];
  private zero: number | null = null;
  private placed = false;
  private closed = false;
  private finished = false;
  private reachedEnd = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly cameraKey: number,
    private readonly from: number,
    private readonly reason: PlayRequest["reason"],
    private speed: number,
    private readonly listener: StreamListener,
  ) {
    video.addEventListener("error", this.fail);
    this.timer = setInterval(() => this.look(), CHECK_MS);
    void this.run();
  }

  /** The moment on the screen; null before the first picture. */
  get position(): number | null {
    return this.zero === null || !this.placed ? null : this.zero + this.video.currentTime * 1000;
  }

  /** Whether a moment is on its way already, so that a seek needs no new order. */
  holds(at: number): boolean {
    if (this.zero === null || !this.placed) return false;
    return this.rangeAt((at - this.zero) / 1000) !== null;
  }

  seek(at: number): void {
    if (this.zero !== null) this.video.currentTime = (at - this.zero) / 1000;
  }

  /** Whether the server sends nothing more although there would be more, as after a long pause. */
  get needsReopening(): boolean {
    return this.finished && !this.closed && !this.reachedEnd;
  }

  changeSpeed(speed: number): void {
    this.speed = speed;
    this.video.playbackRate = speed;
  }

  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    this.abort.abort();
    this.video.removeEventListener("error", this.fail);
    this.buffer?.removeEventListener("updateend", this.pump);
    this.steps = [];
    this.source = null;
    this.buffer = null;
    if (this.url) {
      this.video.removeAttribute("src");
      this.video.load();
      URL.revokeObjectURL(this.url);
      this.url = "";
    }
  }

  private tell(state: StreamState): void {
    if (!this.closed) this.listener.onState(state);
  }

  private async run(): Promise<void> {
    try {
      const response = await api.playRecording(
        this.cameraKey,
        {
          from_at: new Date(this.from).toISOString(),
          reason: this.reason,
          keyframes_only: this.speed >= KEYFRAMES_FROM,
          codecs: playableCodecs(),
        },
        this.abort.signal,
      );
      const body = response.body?.getReader();
      if (!body) return;
      const frames = new FrameReader();
      for (;;) {
        const watchdog = setTimeout(() => this.abort.abort(), SILENCE_MS);
        const { done, value } = await body.read().finally(() => clearTimeout(watchdog));
        if (done) break;
        for (const frame of frames.push(value)) this.take(frame);
        await this.room();
      }
      this.finished = true;
    } catch (error) {
      if (this.closed) return;
      this.finished = true;
      const tooMany = (error as { code?: string }).code === "too_many_viewers";
      this.tell({ kind: tooMany ? "too_many" : "disconnected", reason: "" });
    }
  }

  /** Not reading is what makes the server, and behind it the box, wait. */
  private async room(): Promise<void> {
    while (!this.closed && (this.aheadS() > AHEAD_S * Math.max(1, this.speed) || this.steps.length > 200)) {
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    }
  }

  private aheadS(): number {
    const { buffered, currentTime } = this.video;
    let sum = 0;
    for (let i = 0; i < buffered.length; i += 1) {
      sum += Math.max(0, buffered.end(i) - Math.max(buffered.start(i), currentTime));
    }
    return sum;
  }

  private take(frame: WallFrame): void {
    if (frame.kind === "state") {
      this.reachedEnd = frame.state === "trouble" && frame.reason === "no_footage";
      this.tell({ kind: frame.state, reason: frame.reason });
    } else if (frame.kind === "media") {
      this.steps.push({ kind: "part", data: frame.data });
      this.pump();
    } else {
      const begins = Date.parse(frame.fromAt);
      if (Number.isNaN(begins)) return;
      if (this.zero === null) {
        this.zero = begins;
        this.open(frame.mime);
      }
      const offsetS = (begins - this.zero) / 1000;
      this.steps.push({ kind: "head", mime: frame.mime, offsetS, data: frame.data });
      this.pump();
    }
  }

  private open(mime: string): void {
    if (typeof MediaSource === "undefined" || !MediaSource.isTypeSupported(mime)) {
      this.fail();
      return;
    }
    const source = (this.source = new MediaSource());
    source.addEventListener(
      "sourceopen",
      () => {
        if (this.source !== source) return;
        // A long way to go: the end of the day is not known to the player otherwise.
        source.duration = Number.POSITIVE_INFINITY;
        this.buffer = source.addSourceBuffer(mime);
        this.buffer.addEventListener("updateend", this.pump);
        this.pump();
      },
      { once: true },
    );
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
  }

  private readonly fail = (): void => {
    // Taking the source away from a <video> is told as an error, too.
    if (this.closed || (this.source === null && this.zero === null)) return;
    this.tell({ kind: "failed", reason: "" });
  };

  private readonly pump = (): void => {
    const { buffer, video } = this;
    if (!buffer || buffer.updating || this.source?.readyState !== "open" || this.closed) return;
    try {
      const oldest = video.buffered.length > 0 ? video.buffered.start(0) : 0;
      if (video.currentTime - oldest > 2 * BEHIND_S) {
        buffer.remove(oldest, video.currentTime - BEHIND_S);
        return;
      }
      const step = this.steps.shift();
      if (!step) return;
      if (step.kind === "head") {
        buffer.abort();
        buffer.changeType(step.mime);
        buffer.timestampOffset = step.offsetS;
      }
      buffer.appendBuffer(step.data);
    } catch {
      this.fail();
    }
  };

  /** Finds the first picture, steps over holes, and notices the end. */
  private look(): void {
    const { video, zero } = this;
    if (zero === null || video.buffered.length === 0) return;
    if (!this.placed) {
      const wanted = (this.from - zero) / 1000;
      const begin = video.buffered.start(0);
      const end = video.buffered.end(video.buffered.length - 1);
      if (wanted > end) return;
      this.placed = true;
      video.playbackRate = this.speed;
      video.currentTime = Math.max(begin, wanted);
      if (begin - wanted > 1) this.listener.onLeap(this.from, zero + begin * 1000);
      void video.play().catch(() => undefined);
      return;
    }
    const here = this.rangeAt(video.currentTime);
    const left = here === null ? 0 : video.buffered.end(here) - video.currentTime;
    if (left > 0.25) return;
    const next = this.rangeAfter(video.currentTime + left);
    if (next !== null) {
      const begin = video.buffered.start(next);
      if (begin - video.currentTime - left > 1) {
        this.listener.onLeap(zero + (video.currentTime + left) * 1000, zero + begin * 1000);
      }
      video.currentTime = begin + 0.01;
    } else if (this.reachedEnd && this.steps.length === 0) {
      this.tell({ kind: "ended", reason: "" });
    }
  }

  private rangeAt(timeS: number): number | null {
    const { buffered } = this.video;
    for (let i = 0; i < buffered.length; i += 1) {
      if (timeS >= buffered.start(i) - 0.05 && timeS < buffered.end(i)) return i;
    }
    return null;
  }

  private rangeAfter(timeS: number): number | null {
    const { buffered } = this.video;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) > timeS - 0.01) return i;
    }
    return null;
  }
}
