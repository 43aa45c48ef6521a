/* One answer of the server carries every tile of the wall; this keeps it open. */
import { api } from "../http/api";
import { backoffS } from "../live/backoff";
import { playableCodecs } from "../live/codecs";
import { FrameReader, type WallFrame } from "../live/frames";

export type Heard = WallFrame | { kind: "disconnected"; tooMany: boolean };
type Listener = (heard: Heard) => void;

/** The server sends a sign of life each second; longer silence is a dead connection. */
const SILENCE_MS = 6000;

export class WallConnection {
  private tiles: ReadonlyMap<number, string> = new Map();
  private readonly listeners = new Map<number, Listener>();
  private abort: AbortController | null = null;
  private viewId: string | null = null;
  private changes: Promise<void> = Promise.resolve();
  private running = false;
  private closed = false;

  /** Show these cameras, by channel, and no others. */
  show(tiles: ReadonlyMap<number, string>): void {
    this.tiles = tiles;
    if (tiles.size === 0) {
      this.abort?.abort();
    } else if (this.viewId !== null) {
      this.change(this.viewId);
    } else if (!this.running) {
      void this.run();
    }
  }

  listen(channel: number, listener: Listener): () => void {
    this.listeners.set(channel, listener);
    return () => {
      if (this.listeners.get(channel) === listener) this.listeners.delete(channel);
    };
  }

  /** Begin anew at once, as when a picture could not be played. */
  reopen(): void {
    this.abort?.abort();
  }

  close(): void {
    this.closed = true;
    this.abort?.abort();
  }

  private async run(): Promise<void> {
    this.running = true;
    let failures = 0;
    while (!this.closed && this.tiles.size > 0) {
      const abort = (this.abort = new AbortController());
      let tooMany = false;
      try {
        await this.read(abort, () => (failures = 0));
      } catch (error) {
        tooMany = (error as { code?: string }).code === "too_many_viewers";
      }
      this.viewId = null;
      abort.abort();
      if (this.closed || this.tiles.size === 0) break;
      for (const listener of this.listeners.values()) listener({ kind: "disconnected", tooMany });
      await new Promise((resolve) => setTimeout(resolve, backoffS(failures) * 1000));
      failures += 1;
    }
    this.running = false;
  }

  private async read(abort: AbortController, onAlive: () => void): Promise<void> {
    const shown = this.tiles;
    const response = await api.openLive(shown, playableCodecs(), abort.signal);
    this.viewId = response.headers.get("X-View-Id");
    if (this.tiles !== shown && this.viewId !== null) this.change(this.viewId);
    const body = response.body?.getReader();
    if (!body) return;
    const frames = new FrameReader();
    for (;;) {
      const watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      const { done, value } = await body.read().finally(() => clearTimeout(watchdog));
      if (done) return;
      onAlive();
      for (const frame of frames.push(value)) this.listeners.get(frame.channel)?.(frame);
    }
  }

  /** One after the other and none left out: each change makes the server send new heads. */
  private change(viewId: string): void {
    const { tiles } = this;
    this.changes = this.changes.then(async () => {
      if (this.viewId !== viewId) return;
      try {
        await api.changeLive(viewId, tiles);
      } catch {
        // The server has forgotten this answer, or cannot be reached: begin anew.
        if (this.viewId === viewId) this.abort?.abort();
      }
    });
  }
}
