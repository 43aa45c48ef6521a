import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { flatten, type AlertPages } from "../alert/cache";
import { DEFAULT_FILTERS } from "../alert/filters";
import { keys } from "../http/keys";
import type { CameraList } from "../http/types";
import { DEFAULT_ORDER_FILTERS } from "../order/filters";
import { alertAt, camera, orderOf, pagesOf } from "../testing/samples";
import { LiveCache } from "./LiveCache";

const PENDING = keys.alertList(DEFAULT_FILTERS);
const CONFIRMED = keys.alertList({ ...DEFAULT_FILTERS, status: "confirmed" });

describe("LiveCache", () => {
  let client: QueryClient;
  let arrivals: string[];
  let cache: LiveCache;

  beforeEach(() => {
    vi.useFakeTimers();
    client = new QueryClient();
    arrivals = [];
    cache = new LiveCache(client, (id) => arrivals.push(id));
    client.setQueryData(PENDING, pagesOf([alertAt("a", "2026-11-24T05:00:00Z")]));
    client.setQueryData(CONFIRMED, pagesOf([]));
  });
  afterEach(() => {
    cache.close();
    vi.useRealTimers();
  });

  const rows = (key: readonly unknown[]) =>
    flatten(client.getQueryData<AlertPages>(key)).map((row) => row.id);

  it("brings a new alert into the lists it belongs to", () => {
    cache.applyAlert(alertAt("b", "2026-11-24T05:10:00Z"));
    expect(rows(PENDING)).toEqual(["a", "b"]);
    expect(rows(CONFIRMED)).toEqual([]);
    expect(arrivals).toEqual(["b"]);
  });

  it("moves an alert that a colleague judged", () => {
    cache.applyAlert(alertAt("a", "2026-11-24T05:00:00Z", { status: "confirmed" }));
    expect(rows(PENDING)).toEqual([]);
    expect(rows(CONFIRMED)).toEqual(["a"]);
  });

  it("reads the counts once for a burst of events", () => {
    const invalidate = vi.spyOn(client, "invalidateQueries");
    for (let n = 0; n < 20; n += 1) cache.applyAlert(alertAt(`x${n}`, "2026-11-24T05:20:00Z"));
    vi.advanceTimersByTime(1000);
    const counts = invalidate.mock.calls.filter(([what]) => what?.queryKey === keys.alertCounts);
    expect(counts).toHaveLength(1);
  });

  it("reads an order that somebody decided on at once, and lists of orders once for a burst", () => {
    const list = keys.orderList(DEFAULT_ORDER_FILTERS);
    client.setQueryData(keys.order(7), orderOf(7));
    client.setQueryData(list, { pages: [], pageParams: [] });
    const invalidate = vi.spyOn(client, "invalidateQueries");
    for (let n = 0; n < 5; n += 1) cache.applyOrder(orderOf(7));
    expect(client.getQueryState(keys.order(7))?.isInvalidated).toBe(true);
    expect(client.getQueryState(list)?.isInvalidated).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(client.getQueryState(list)?.isInvalidated).toBe(true);
    const lists = invalidate.mock.calls.filter(([what]) => what?.queryKey === keys.orderLists);
    expect(lists).toHaveLength(1);
  });

  it("updates a camera and reloads everything on reset", () => {
    client.setQueryData<CameraList>(keys.cameras, {
      items: [camera("gate")],
      as_of: "2026-11-24T06:00:00Z",
    });
    cache.applyCamera(camera("gate", { state: "not_watching", reason: "stalled" }));
    expect(client.getQueryData<CameraList>(keys.cameras)?.items[0]?.state).toBe("not_watching");
    cache.reset();
    expect(client.getQueryState(PENDING)?.isInvalidated).toBe(true);
    expect(client.getQueryState(keys.cameras)?.isInvalidated).toBe(true);
  });
});
