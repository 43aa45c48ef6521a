import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { u32 } from "@noble/ciphers/utils.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import type { CredentialKind } from "../../http/types";

const NONCE_BYTES = 24;
/** Padded to a multiple of this, so that its length says little about the password. */
const BLOCK = 512;

/** `Credential` of the wire: for one camera or recorder, at one host. */
export interface Credential {
  kind: CredentialKind;
  name: string;
  host: string;
  username?: string;
  password?: string;
  /** The whole address, where that is the secret. */
  url?: string;
}

/** `SearchAccount` of the wire: for one search of a box, in these networks alone. */
export interface SearchAccount {
  networks: readonly string[];
  username: string;
  password: string;
}

/** A credential for the box with that key alone, in Base64. */
export function sealCredential(credential: Credential, key: string): string {
  return sealText({ format: 1, ...credential }, key);
}

/** An account that a search signs in with, alike. */
export function sealSearch(account: SearchAccount, key: string): string {
  return sealText({ format: 1, kind: "search", ...account }, key);
}

function sealText(told: object, key: string): string {
  const text = utf8ToBytes(JSON.stringify(told));
  const padded = new Uint8Array(Math.ceil(text.length / BLOCK) * BLOCK).fill(0x20);
  padded.set(text);
  return toBase64(seal(padded, fromBase64(key)));
}

/**
 * `crypto_box_seal` of libsodium; the other end opens it with libsodium itself.
 *
 * @param ephemeral Secret of this message alone; a test gives its own.
 */
export function seal(
  message: Uint8Array,
  key: Uint8Array,
  ephemeral: Uint8Array = x25519.utils.randomSecretKey(),
): Uint8Array {
  const sender = x25519.getPublicKey(ephemeral);
  const nonce = blake2b(concatBytes(sender, key), { dkLen: NONCE_BYTES });
  const shared = new Uint8Array(32);
  hsalsa(
    u32(utf8ToBytes("expand 32-byte k")),
    u32(x25519.getSharedSecret(ephemeral, key)),
    new Uint32Array(4),
    u32(shared),
  );
  return concatBytes(sender, xsalsa20poly1305(shared, nonce).encrypt(message));
}

/** A key as two people compare it: eight groups of four. */
export function fingerprint(key: string): string {
  return bytesToHex(sha256(fromBase64(key))).slice(0, 32).match(/.{4}/g)?.join("-") ?? "";
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
