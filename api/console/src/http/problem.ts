/* Every failed call becomes one kind of error with a stable code. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  /** Seconds the server asked to wait, when it said so. */
  readonly retryAfterS: number | null;
  /** Facts that words for the code may use. */
  readonly params: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    detail: string,
    retryAfterS: number | null = null,
    params: Readonly<Record<string, string>> = {},
  ) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.params = params;
  }

  /** No answer, none in time, or an answer of something in between that is not our API. */
  get unreachable(): boolean {
    return this.code === "unreachable" || this.timedOut;
  }

  /** The server took the call and did not answer in time; what it did with it is not known. */
  get timedOut(): boolean {
    return this.code === "timed_out";
  }
}

const GATEWAY_STATUSES = new Set([502, 503, 504]);

function field(body: unknown, name: string): string {
  if (typeof body !== "object" || body === null) return "";
  const value = (body as Record<string, unknown>)[name];
  return typeof value === "string" ? value : "";
}

function paramsOf(body: unknown): Record<string, string> {
  if (typeof body !== "object" || body === null || !("params" in body)) return {};
  const entries = Object.entries(body.params ?? {}) as [string, unknown][];
  return Object.fromEntries(
    entries.filter((each): each is [string, string] => typeof each[1] === "string"),
  );
}

function isTimeout(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === "TimeoutError";
}

/** `response` is absent when the call never got an answer. */
export function toProblem(error: unknown, response: Response | undefined): Problem {
  if (error instanceof Problem) return error;
  if (isTimeout(error)) return new Problem("timed_out", 0, error.message);
  if (!response) return new Problem("unreachable", 0, error instanceof Error ? error.message : "");
  const code = field(error, "code");
  if (!code && GATEWAY_STATUSES.has(response.status)) {
    return new Problem("unreachable", response.status, "");
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new Problem(
    code || `http_${response.status}`,
    response.status,
    field(error, "detail") || field(error, "title"),
    Number.isFinite(wait) && wait > 0 ? wait : null,
    paramsOf(error),
  );
}
