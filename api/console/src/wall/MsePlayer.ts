/* Feeds one <video> with fragments as they come, and stays near the newest picture. */

/** Distance kept from the newest picture: less than this and each late fragment is a stutter. */
const TARGET_LAG_S = 0.7;
/** From this distance on a jump is better than hurrying. */
const JUMP_LAG_S = 2.5;
const HURRY = 1.1;
const KEEP_S = 15;
const MAX_QUEUED = 400;


export class MsePlayer {
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private url = "";
  private queue: Uint8Array<ArrayBuffer>[] = [];
  private failed = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onFailed: () => void,
  ) {
    video.addEventListener("error", this.fail);
  }

  /** A new head: another resolution, another connection, or the very first one. */
  start(mime: string, head: Uint8Array<ArrayBuffer>): void {
    this.reset();
    if (typeof MediaSource === "undefined" || !MediaSource.isTypeSupported(mime)) {
      this.fail();
      return;
    }
    this.failed = false;
    this.queue = [head];
    const source = (this.source = new MediaSource());
    source.addEventListener(
      "sourceopen",
      () => {
        if (this.source !== source) return;
        try {
          this.buffer = source.addSourceBuffer(mime);
        } catch {
          this.fail();
          return;
        }
        this.buffer.addEventListener("updateend", this.onUpdated);
        this.buffer.addEventListener("error", this.fail);
        this.pump();
      },
      { once: true },
    );
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
  }

  add(fragment: Uint8Array<ArrayBuffer>): void {
    if (this.source === null || this.failed) return;
    this.queue.push(fragment);
    if (this.queue.length > MAX_QUEUED) this.fail();
    else this.pump();
  }

  close(): void {
    this.reset();
    this.video.removeEventListener("error", this.fail);
  }

  private readonly fail = (): void => {
    // Taking the source away from a <video> is told as an error, too.
    if (this.failed || (this.source === null && this.video.src === "")) return;
    this.failed = true;
    this.queue = [];
    this.onFailed();
  };

  private readonly onUpdated = (): void => {
    this.follow();
    this.pump();
  };

  private pump(): void {
    const { buffer } = this;
    if (!buffer || buffer.updating || this.source?.readyState !== "open" || this.failed) return;
    try {
      const { buffered, currentTime } = this.video;
      const oldest = buffered.length > 0 ? buffered.start(0) : 0;
      if (currentTime - oldest > 2 * KEEP_S) {
        buffer.remove(oldest, currentTime - KEEP_S);
        return;
      }
      const next = this.queue.shift();
      if (next) buffer.appendBuffer(next);
    } catch {
      this.fail();
    }
  }

  private follow(): void {
    const { video } = this;
    const { buffered } = video;
    if (buffered.length === 0) return;
    const last = buffered.length - 1;
    const begin = buffered.start(last);
    const end = buffered.end(last);
    const lag = end - video.currentTime;
    if (video.currentTime < begin || lag > JUMP_LAG_S) {
      video.currentTime = Math.max(begin, end - TARGET_LAG_S);
    }
    video.playbackRate = lag > 2 * TARGET_LAG_S ? HURRY : 1;
    if (video.paused && end - begin >= TARGET_LAG_S / 2) void video.play().catch(() => undefined);
  }

  private reset(): void {
    const { buffer } = this;
    buffer?.removeEventListener("updateend", this.onUpdated);
    buffer?.removeEventListener("error", this.fail);
    this.source = null;
    this.buffer = null;
    this.queue = [];
    if (this.url) {
      this.video.removeAttribute("src");
      this.video.load();
      URL.revokeObjectURL(this.url);
      this.url = "";
    }
  }
}
