/* The frames of a live answer: 1 byte kind, 1 byte channel, 2 bytes zero, 4 bytes length. */
export type WallState = "starting" | "playing" | "stalled" | "trouble" | "worker_away";

export type WallFrame =
  | { kind: "state"; channel: number; cameraKey: number; state: WallState; reason: string; detail: string }
  | { kind: "init"; channel: number; cameraKey: number; mime: string; transcoded: boolean; fromAt: string; data: Uint8Array<ArrayBuffer> }
  | { kind: "media"; channel: number; data: Uint8Array<ArrayBuffer> };

const HEAD_BYTES = 8;
const STATES: readonly WallState[] = ["starting", "playing", "stalled", "trouble", "worker_away"];
const utf8 = new TextDecoder();

function json(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(utf8.decode(bytes)) as Record<string, unknown>;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Null for kinds that mean nothing here: signs of life, and what a newer server may add. */
function read(kind: number, channel: number, payload: Uint8Array<ArrayBuffer>): WallFrame | null {
  if (kind === 1) {
    const told = json(payload);
    const state = STATES.find((each) => each === told["state"]);
    if (!state) return null;
    return {
      kind: "state",
      channel,
      cameraKey: Number(told["camera_key"]),
      state,
      reason: text(told["reason"]),
      detail: text(told["detail"]),
    };
  }
  if (kind === 2) {
    const length = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
    const head = json(payload.subarray(2, 2 + length));
    return {
      kind: "init",
      channel,
      cameraKey: Number(head["camera_key"]),
      mime: text(head["mime"]),
      transcoded: head["is_transcoded"] === true,
      fromAt: text(head["from_at"]),
      data: payload.subarray(2 + length),
    };
  }
  return kind === 3 ? { kind: "media", channel, data: payload } : null;
}

/** Puts the pieces a network delivers together again. */
export class FrameReader {
  private rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  push(chunk: Uint8Array): WallFrame[] {
    const joined = new Uint8Array(this.rest.length + chunk.length);
    joined.set(this.rest);
    joined.set(chunk, this.rest.length);
    const view = new DataView(joined.buffer);
    const frames: WallFrame[] = [];
    let at = 0;
    while (joined.length - at >= HEAD_BYTES) {
      const end = at + HEAD_BYTES + view.getUint32(at + 4);
      if (end > joined.length) break;
      const frame = read(joined[at] ?? 0, joined[at + 1] ?? 0, joined.slice(at + HEAD_BYTES, end));
      if (frame) frames.push(frame);
      at = end;
    }
    this.rest = joined.slice(at);
    return frames;
  }
}
