import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "./api";
import { Problem } from "./problem";
import { HEARTBEAT_LIMIT_MS, LIMIT_MS } from "./timeLimit";

const REAL = globalThis.fetch;

/** A server that takes every call and answers none. */
function hanging(request: Request): Promise<Response> {
  return new Promise((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
  });
}

/** A server that begins its answer and never ends it. */
function stuck(request: Request): Promise<Response> {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"items": ['));
      request.signal.addEventListener("abort", () => controller.error(request.signal.reason));
    },
  });
  return Promise.resolve(new Response(body, { headers: { "Content-Type": "application/json" } }));
}

beforeEach(() => {
  vi.useFakeTimers();
  // The time limit of a signal does not follow the fake clock by itself.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new DOMException("late", "TimeoutError")), ms);
    return abort.signal;
  });
  // The console's addresses begin at its own server.
  const Absolute = class extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === "string" ? new URL(input, "http://centre.test") : input, init);
    }
  };
  vi.stubGlobal("Request", Absolute);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  globalThis.fetch = REAL;
});

async function failure(call: Promise<unknown>, afterMs: number): Promise<unknown> {
  const settled = vi.fn();
  const outcome = call.catch((error: unknown) => {
    settled();
    return error;
  });
  await vi.advanceTimersByTimeAsync(afterMs - 100);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(settled).toHaveBeenCalled();
  return outcome;
}

describe("every call", () => {
  const stream = () => new AbortController().signal;
  it.each<[string, () => Promise<unknown>, number]>([
    ["a list", () => api.cameras(), LIMIT_MS],
    ["a verdict", () => api.confirm("one"), LIMIT_MS],
    ["the proof of life", () => api.health(), HEARTBEAT_LIMIT_MS],
    ["live pictures", () => api.openLive(new Map(), ["h264"], stream()), LIMIT_MS],
    [
      "footage",
      () =>
        api.playRecording(
          7,
          { from_at: "2026-11-24T06:00:00Z", reason: "incident", keyframes_only: false, codecs: ["h264"] },
          stream(),
        ),
      LIMIT_MS,
    ],
  ])("ends when the server hangs: %s", async (_, call, limitMs) => {
    globalThis.fetch = hanging as typeof fetch;
    const error = await failure(call(), limitMs);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).timedOut).toBe(true);
    expect((error as Problem).unreachable).toBe(true);
  });

  it("ends when the answer stops half way", async () => {
    globalThis.fetch = stuck as typeof fetch;
    const error = await failure(api.cameras(), LIMIT_MS);
    expect((error as Problem).code).toBe("timed_out");
  });
});
