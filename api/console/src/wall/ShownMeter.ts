/* Tells from the pictures a player put on the screen when its camera was really seen: pure. */

/** A picture that stood still for longer is not seen: its player has stalled. The centre asks the same. */
export const MOST_STILL_MS = 1000;

/** A camera seen without a break; it grows while that goes on. */
export interface Showing {
  readonly id: string;
  /** On the page's own clock, as `performance.now()`. */
  readonly beganMs: number;
  endedMs: number;
  /** Pictures that were put on the screen. */
  frames: number;
}

export class ShownMeter {
  private open: Showing | null = null;
  private mediaTimeS = -1;

  constructor(
    private readonly onSeen: (showing: Showing) => void,
    private readonly newId: () => string,
  ) {}

  /** A picture was put on the screen; `isSeen` tells whether anybody could see that screen. */
  frame(atMs: number, mediaTimeS: number, isSeen: boolean): void {
    const isNew = mediaTimeS !== this.mediaTimeS;
    this.mediaTimeS = mediaTimeS;
    if (!isSeen) {
      this.end();
      return;
    }
    // The same picture drawn again shows nothing that goes on in the room.
    if (!isNew) return;
    if (this.open && atMs - this.open.endedMs <= MOST_STILL_MS) {
      this.open.endedMs = atMs;
      this.open.frames += 1;
      this.onSeen(this.open);
    } else {
      this.open = { id: this.newId(), beganMs: atMs, endedMs: atMs, frames: 1 };
    }
  }

  /** Nobody sees it any more. */
  end(): void {
    this.open = null;
  }
}
