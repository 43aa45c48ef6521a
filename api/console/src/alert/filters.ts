/* The queue's filters live in the URL, so that a list can be sent to a colleague. */
import dayjs from "dayjs";

import type { QueueFilter } from "../http/types";

export const STATUSES = ["pending_review", "confirmed", "false_positive", "seen"] as const;
export const RISKS = ["class_1", "class_2", "class_3"] as const;
export const ORDERS = ["class", "newest"] as const;
export const RANGES = ["1h", "today", "24h", "7d"] as const;

export type Status = (typeof STATUSES)[number];
export type Risk = (typeof RISKS)[number];
export type Order = (typeof ORDERS)[number];
export type Range = (typeof RANGES)[number];

export interface AlertFilters {
  /** `null` means every status. */
  status: Status | null;
  rules: string[];
  cameraKeys: string[];
  schoolIds: string[];
  risks: Risk[];
  range: Range | null;
  /** RFC 3339; used when `range` is null. */
  from: string | null;
  to: string | null;
  text: string;
  /** `null`: as the status asks for, see `orderOf`. */
  order: Order | null;
}

export const DEFAULT_FILTERS: AlertFilters = {
  status: "pending_review",
  rules: [],
  cameraKeys: [],
  schoolIds: [],
  risks: [],
  range: null,
  from: null,
  to: null,
  text: "",
  order: null,
};

/** What waits is worked off by class, and in it by age; what is looked up is read newest first. */
export function orderOf(filters: AlertFilters): Order {
  return filters.order ?? (filters.status === "pending_review" ? "class" : "newest");
}

function oneOf<T extends string>(allowed: readonly T[], value: string | null): T | null {
  return allowed.find((each) => each === value) ?? null;
}

function moment(value: string | null): string | null {
  return value !== null && dayjs(value).isValid() ? value : null;
}

/** Unknown values are ignored: an old link must still open. */
export function readFilters(params: URLSearchParams): AlertFilters {
  const status = params.get("status");
  return {
    status: status === "all" ? null : (oneOf(STATUSES, status) ?? DEFAULT_FILTERS.status),
    rules: params.getAll("rule"),
    cameraKeys: params.getAll("camera_key"),
    schoolIds: params.getAll("school"),
    risks: RISKS.filter((risk) => params.getAll("risk").includes(risk)),
    range: oneOf(RANGES, params.get("range")),
    from: moment(params.get("from")),
    to: moment(params.get("to")),
    text: params.get("q")?.trim() ?? "",
    order: oneOf(ORDERS, params.get("order")),
  };
}

/** Only what differs from the default is written. */
export function writeFilters(filters: AlertFilters): URLSearchParams {
  const params = new URLSearchParams();
  if (filters.status === null) params.set("status", "all");
  else if (filters.status !== DEFAULT_FILTERS.status) params.set("status", filters.status);
  for (const rule of filters.rules) params.append("rule", rule);
  for (const camera of filters.cameraKeys) params.append("camera_key", camera);
  for (const school of filters.schoolIds) params.append("school", school);
  for (const risk of filters.risks) params.append("risk", risk);
  if (filters.range) params.set("range", filters.range);
  else {
    if (filters.from) params.set("from", filters.from);
    if (filters.to) params.set("to", filters.to);
  }
  if (filters.text) params.set("q", filters.text);
  if (filters.order) params.set("order", filters.order);
  return params;
}

/** The bounds of the time filter at `now`. */
export function timeBounds(filters: AlertFilters, now: number): { from?: string; to?: string } {
  const at = dayjs(now);
  switch (filters.range) {
    case "1h":
      return { from: at.subtract(1, "hour").toISOString() };
    case "today":
      return { from: at.startOf("day").toISOString() };
    case "24h":
      return { from: at.subtract(24, "hour").toISOString() };
    case "7d":
      return { from: at.subtract(7, "day").toISOString() };
    case null:
      return {
        ...(filters.from ? { from: filters.from } : {}),
        ...(filters.to ? { to: filters.to } : {}),
      };
  }
}

/** By what the list is narrowed, beside the status: as the counts are made. */
export function narrowing(filters: AlertFilters): AlertFilters {
  return { ...filters, status: DEFAULT_FILTERS.status, order: DEFAULT_FILTERS.order };
}

/** All that is narrowed by taken away; which status in which order stays. */
export function widened({ status, order }: AlertFilters): AlertFilters {
  return { ...DEFAULT_FILTERS, status, order };
}

export function isNarrowed(filters: AlertFilters): boolean {
  return writeFilters(narrowing(filters)).size > 0;
}

/** As the server keeps it under a name. */
export function toSaved(filters: AlertFilters): QueueFilter {
  return {
    page: "alerts",
    status: filters.status,
    rules: filters.rules,
    camera_keys: filters.cameraKeys.map(Number),
    school_ids: filters.schoolIds,
    risks: filters.risks,
    range: filters.range,
    from_at: filters.from,
    before: filters.to,
    text: filters.text,
    order: filters.order,
  };
}

export function fromSaved(saved: QueueFilter): AlertFilters {
  return {
    status: saved.status,
    rules: saved.rules,
    cameraKeys: saved.camera_keys.map(String),
    schoolIds: saved.school_ids,
    risks: saved.risks,
    range: saved.range,
    from: saved.from_at,
    to: saved.before,
    text: saved.text,
    order: saved.order,
  };
}
