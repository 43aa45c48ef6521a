import { describe, expect, it } from "vitest";

import { FrameReader } from "./frames";

function frame(kind: number, channel: number, payload: Uint8Array): Uint8Array {
  const whole = new Uint8Array(8 + payload.length);
  const view = new DataView(whole.buffer);
  view.setUint8(0, kind);
  view.setUint8(1, channel);
  view.setUint32(4, payload.length);
  whole.set(payload, 8);
  return whole;
}

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const head = bytes({ camera_key: 7, mime: "video/mp4", is_transcoded: true });
const init = new Uint8Array([head.length >> 8, head.length & 0xff, ...head, 1, 2, 3]);
const wire = new Uint8Array([
  ...frame(0, 0, new Uint8Array()),
  ...frame(1, 4, bytes({ camera_key: 7, state: "trouble", reason: "no_picture", detail: "refused" })),
  ...frame(2, 4, init),
  ...frame(3, 4, new Uint8Array([9, 8])),
  ...frame(77, 4, new Uint8Array([1])),
]);

describe("FrameReader", () => {
  it.each([1, 2, 7, 1000])("reads what comes in pieces of %i bytes", (size) => {
    const reader = new FrameReader();
    const frames = [];
    for (let at = 0; at < wire.length; at += size) {
      frames.push(...reader.push(wire.subarray(at, at + size)));
    }
    expect(frames).toEqual([
      { kind: "state", channel: 4, cameraKey: 7, state: "trouble", reason: "no_picture", detail: "refused" },
      { kind: "init", channel: 4, cameraKey: 7, mime: "video/mp4", transcoded: true, fromAt: "", data: new Uint8Array([1, 2, 3]) },
      { kind: "media", channel: 4, data: new Uint8Array([9, 8]) },
    ]);
  });

  it("leaves out a state it does not know", () => {
    expect(new FrameReader().push(frame(1, 0, bytes({ state: "dancing" })))).toEqual([]);
  });
});
