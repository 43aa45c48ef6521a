/* Every failed call becomes one kind of error with a stable code. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  /** Seconds the server asked to wait, when it said so. */
  readonly retryAfterS: number | null;

  constructor(code: string, status: number, detail: string, retryAfterS: number | null = null) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.retryAfterS = retryAfterS;
  }

  /** No answer, or an answer of something in between that is not our API. */
  get unreachable(): boolean {
    return this.code === "unreachable";
  }
}

const GATEWAY_STATUSES = new Set([502, 503, 504]);

function field(body: unknown, name: string): string {
  if (typeof body !== "object" || body === null) return "";
  const value = (body as Record<string, unknown>)[name];
  return typeof value === "string" ? value : "";
}

/** `response` is absent when the call never got an answer. */
export function toProblem(error: unknown, response: Response | undefined): Problem {
  if (error instanceof Problem) return error;
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
  );
}
