import { hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";

import vectors from "./libsodium.vectors.json";
import { fingerprint, seal, sealCredential } from "./seal";

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const KEY = btoa(String.fromCharCode(...hexToBytes(vectors[0]?.key ?? "")));
const CREDENTIAL = { kind: "camera", name: "gate", host: "10.0.0.8" } as const;

describe("what is sealed here", () => {
  it.each(vectors)("is byte for byte what libsodium makes ($message)", (vector) => {
    const sealed = seal(
      new TextEncoder().encode(vector.message),
      hexToBytes(vector.key),
      hexToBytes(vector.ephemeral),
    );
    expect(toHex(sealed)).toBe(vector.sealed);
  });

  it("differs each time, and says little by its length", () => {
    const short = sealCredential({ ...CREDENTIAL, username: "v", password: "x" }, KEY);
    const long = sealCredential({ ...CREDENTIAL, username: "v", password: "x".repeat(100) }, KEY);
    expect(short).not.toBe(long);
    expect(short.length).toBe(long.length);
    expect(sealCredential({ ...CREDENTIAL, username: "v", password: "x" }, KEY)).not.toBe(short);
    expect(short.length).toBeLessThan(4096);
    const largest = { username: "宽".repeat(128), password: "宽".repeat(256), url: "x".repeat(512) };
    expect(sealCredential({ ...CREDENTIAL, ...largest }, KEY).length).toBeLessThanOrEqual(4096);
  });

  it("refuses a key that would open to everybody", () => {
    const none = btoa("\0".repeat(32));
    expect(() => sealCredential({ ...CREDENTIAL, username: "v", password: "x" }, none)).toThrow();
  });
});

describe("the fingerprint of a key", () => {
  it("is that which the box and the command centre tell", () => {
    const zeros = btoa("\0".repeat(32));
    expect(fingerprint(zeros)).toBe("6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20");
  });
});
