/* How live events and the reviewer's own verdicts change the cached lists. Pure functions. */
import type { InfiniteData } from "@tanstack/react-query";

import type { AlertCounts, AlertPage, AlertSummary } from "../http/types";
import { orderOf, timeBounds, type AlertFilters, type Order } from "./filters";

export type AlertPages = InfiniteData<AlertPage, string | null>;

/** Negative when `a` stands before `b`, as the API sorts. */
export function compareAlerts(a: AlertSummary, b: AlertSummary, order: Order): number {
  const byTime = Date.parse(a.queued_at) - Date.parse(b.queued_at);
  const byAge = byTime || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  if (order === "newest") return -byAge;
  return a.risk < b.risk ? -1 : a.risk > b.risk ? 1 : byAge;
}

/**
 * Whether an alert belongs into a list. `null`: only the server can tell, because the list is
 * searched by text.
 */
export function matches(alert: AlertSummary, filters: AlertFilters, now: number): boolean | null {
  if (filters.status && alert.status !== filters.status) return false;
  if (filters.rules.length > 0 && !filters.rules.includes(alert.rule)) return false;
  if (filters.cameraKeys.length > 0 && !filters.cameraKeys.includes(String(alert.camera_key))) return false;
  if (filters.schoolIds.length > 0 && !filters.schoolIds.some((id) => id === alert.school.school_id)) {
    return false;
  }
  if (filters.risks.length > 0 && !filters.risks.some((risk) => risk === alert.risk)) return false;
  const { from, to } = timeBounds(filters, now);
  const queued = Date.parse(alert.queued_at);
  if (from && queued < Date.parse(from)) return false;
  if (to && queued >= Date.parse(to)) return false;
  return filters.text ? null : true;
}

export interface Upserted {
  pages: AlertPages;
  /** The alert was not in the list before and now is. */
  arrived: boolean;
  /** The list could not decide by itself; ask the server. */
  uncertain: boolean;
}

/** The list after an alert was raised, updated or judged. */
export function upsertAlert(
  pages: AlertPages,
  alert: AlertSummary,
  filters: AlertFilters,
  now: number,
): Upserted {
  const known = findAlert(pages, alert.id);
  const belongs = matches(alert, filters, now);
  if (belongs === null) {
    const next = known ? replaceAlert(pages, alert) : pages;
    return { pages: next, arrived: false, uncertain: !known };
  }
  if (!belongs) return { pages: removeAlert(pages, alert.id), arrived: false, uncertain: false };
  if (known) return { pages: replaceAlert(pages, alert), arrived: false, uncertain: false };

  const order = orderOf(filters);
  const lastPage = pages.pages.at(-1);
  const lastItem = lastPage?.items.at(-1);
  if (lastPage?.next_cursor && lastItem && compareAlerts(alert, lastItem, order) > 0) {
    // Behind everything loaded: it will come with its page.
    return { pages, arrived: false, uncertain: false };
  }
  let placed = false;
  const next = pages.pages.map((page, number) => {
    if (placed) return page;
    const at = page.items.findIndex((item) => compareAlerts(alert, item, order) < 0);
    const isLast = number === pages.pages.length - 1;
    if (at < 0 && !isLast) return page;
    placed = true;
    const items = [...page.items];
    items.splice(at < 0 ? items.length : at, 0, alert);
    return { ...page, items };
  });
  return { pages: { ...pages, pages: next }, arrived: placed, uncertain: false };
}

export function removeAlert(pages: AlertPages, id: string): AlertPages {
  if (!findAlert(pages, id)) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.filter((item) => item.id !== id),
    })),
  };
}

function replaceAlert(pages: AlertPages, alert: AlertSummary): AlertPages {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.map((item) => (item.id === alert.id ? alert : item)),
    })),
  };
}

export function findAlert(pages: AlertPages, id: string): AlertSummary | undefined {
  for (const page of pages.pages) {
    const found = page.items.find((item) => item.id === id);
    if (found) return found;
  }
  return undefined;
}

/** Rows in order, each once: a page boundary may move while pages are being read. */
export function flatten(pages: InfiniteData<AlertPage> | undefined): AlertSummary[] {
  const seen = new Set<string>();
  const rows: AlertSummary[] = [];
  for (const page of pages?.pages ?? []) {
    for (const item of page.items) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      rows.push(item);
    }
  }
  return rows;
}

/** The counts after one alert moved from one status to another. */
export function moveCount(
  counts: AlertCounts,
  from: AlertSummary["status"],
  to: AlertSummary["status"],
): AlertCounts {
  if (from === to) return counts;
  return { ...counts, [from]: Math.max(0, counts[from] - 1), [to]: counts[to] + 1 };
}
