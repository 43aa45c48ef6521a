/* How the console calls: over the generated client, with what proves whose page asks. */
import { client } from "../client/client.gen";
import { observeServerTime } from "../time/serverClock";
import { toProblem } from "./problem";
import { limitedFetch, limitedHead } from "./timeLimit";
import type { Me } from "./types";

let csrfToken = "";

// The generated client only ever hands over a whole request.
client.setConfig({ baseUrl: "", credentials: "same-origin", fetch: limitedFetch as typeof fetch });
client.interceptors.request.use((request) => {
  if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
  return request;
});

/** The version of an order or an alert that somebody decides on. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

export function contentType(file: File): Record<string, string> {
  return { "Content-Type": file.type || "application/octet-stream" };
}

interface Answer<Data> {
  data: Data | undefined;
  error: unknown;
  response?: Response | undefined;
}

export async function unwrap<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await call;
  } catch (error) {
    throw toProblem(error, undefined);
  }
  if (answer.error !== undefined || !answer.response?.ok) {
    throw toProblem(answer.error, answer.response);
  }
  return answer.data as Data;
}

export function remember(me: Me): Me {
  csrfToken = me.csrf_token;
  return me;
}

export async function timed<Data extends { as_of: string }>(call: Promise<Data>): Promise<Data> {
  const data = await call;
  observeServerTime(data.as_of);
  return data;
}

/** An answer that goes on and on; the generated client would wait for its end. */
export async function streamed(path: string, body: object, signal: AbortSignal): Promise<Response> {
  const request = new Request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken },
    body: JSON.stringify(body),
    signal,
  });
  const response = await limitedHead(request).catch((error: unknown) => {
    throw toProblem(error, undefined);
  });
  if (!response.ok) throw toProblem(await response.json().catch(() => null), response);
  return response;
}

/** A file as it is; the generated client would make JSON of it. */
export async function sendFile<Told>(
  path: string,
  file: BodyInit,
  headers: Readonly<Record<string, string>>,
  method: "POST" | "PUT" = "POST",
): Promise<Told> {
  const request = new Request(path, {
    method,
    headers: { ...headers, "X-CSRF-Token": csrfToken },
    body: file,
  });
  return ask<Told>(request);
}

/** What an address answers that no generated call knows. */
export function answered<Told>(path: string): Promise<Told> {
  return ask<Told>(new Request(path));
}

async function ask<Told>(request: Request): Promise<Told> {
  const response = await limitedFetch(request).catch((error: unknown) => {
    throw toProblem(error, undefined);
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw toProblem(body, response);
  return body as Told;
}
