/* Nothing the console asks for is waited for without end: a server that hangs is told like one that
   is gone. */

/** For an answer in full. A reviewer's verdict must not look saved for longer. */
export const LIMIT_MS = 10_000;

/** The proof of life is small; an answer that takes longer is none. */
export const HEARTBEAT_LIMIT_MS = 5_000;

/** A district's workbook is read cell by cell, and written in one piece. */
const WORKBOOK_LIMIT_MS = 120_000;

/** A photograph over a phone's network. */
const PHOTOGRAPH_LIMIT_MS = 120_000;
const PHOTOGRAPHS = "/api/v1/order-photographs/";

/** A question for what happened in a meeting stays open for half a minute. */
const MEETING_EVENTS_LIMIT_MS = 45_000;
const MEETING_EVENTS = /^\/api\/v1\/meetings\/\d+\/entries\/\d+\/events$/;

/** The engine is asked several things in turn. */
const MEETING_ENTRY_LIMIT_MS = 30_000;
const MEETING_ENTRIES = /^\/api\/v1\/meetings\/\d+\/entries$/;

const OWN_LIMITS_MS: Readonly<Record<string, number>> = {
  "/api/v1/health": HEARTBEAT_LIMIT_MS,
  "/api/v1/workbook/preview": WORKBOOK_LIMIT_MS,
  "/api/v1/workbook/import": WORKBOOK_LIMIT_MS,
};

function limitOf(request: Request): number {
  const path = new URL(request.url).pathname;
  if (path.startsWith(PHOTOGRAPHS)) return PHOTOGRAPH_LIMIT_MS;
  if (MEETING_EVENTS.test(path)) return MEETING_EVENTS_LIMIT_MS;
  if (MEETING_ENTRIES.test(path)) return MEETING_ENTRY_LIMIT_MS;
  return OWN_LIMITS_MS[path] ?? LIMIT_MS;
}

/** `fetch` whose answer, body included, arrives within the limit or fails. */
export function limitedFetch(request: Request): Promise<Response> {
  const limit = AbortSignal.timeout(limitOf(request));
  return fetch(new Request(request, { signal: AbortSignal.any([request.signal, limit]) }));
}

/**
 * `fetch` for an answer that goes on and on: its head has the limit, and whoever reads on watches the
 * rest.
 */
export async function limitedHead(request: Request): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new DOMException("no answer in time", "TimeoutError")),
    limitOf(request),
  );
  try {
    return await fetch(new Request(request, { signal: AbortSignal.any([request.signal, limit.signal]) }));
  } finally {
    clearTimeout(timer);
  }
}
