import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ExamTable, SittingView } from "../http/types";
import { camera } from "../testing/samples";
import { ExamRows, SETTLE_MS } from "./ExamRows";

const KEY = keys.examTable(1, 10);
const row = (id: number, present: number | null = null) => ({ id, cameras: [100 + id], present }) as SittingView;
const tableOf = (...items: SittingView[]) =>
  ({ exam: { id: 1 }, session: { id: 10 }, items, as_of: "2026-06-07T01:00:00Z" }) as ExamTable;
const told = (sitting_id: number) => ({ sitting_id, session_id: 10, exam_id: 1 });

describe("ExamRows", () => {
  let client: QueryClient;
  let rows: ExamRows;
  let whole: () => Promise<ExamTable>;
  let close: () => void;
  let asked: MockInstance<typeof api.examTable>;
  const shown = () => client.getQueryData<ExamTable>(KEY)?.items.map(({ id, present }) => [id, present]);
  const settled = () => vi.advanceTimersByTimeAsync(SETTLE_MS + 1);

  beforeEach(async () => {
    vi.useFakeTimers();
    asked = vi
      .spyOn(api, "examTable")
      .mockImplementation((_exam, _session, only = []) => Promise.resolve(tableOf(...only.map((id) => row(id, 7)))));
    client = new QueryClient();
    rows = new ExamRows(client);
    whole = vi.fn(() => Promise.resolve(tableOf(row(1), row(2), row(3))));
    close = new QueryObserver(client, { queryKey: KEY, queryFn: () => whole() }).subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
  });
  afterEach(() => {
    rows.close();
    close();
    client.clear();
    vi.useRealTimers();
  });

  it("reads the rows that changed alone, once for a burst", async () => {
    for (let n = 0; n < 20; n += 1) rows.applySitting(told(2));
    rows.applyCamera(camera("x", { id: 103 }));
    rows.applyCamera(camera("y", { id: 999 }));
    await settled();
    expect(asked.mock.calls).toEqual([[1, 10, [2, 3]]]);
    expect(shown()).toEqual([[1, null], [2, 7], [3, 7]]);
    expect(whole).toHaveBeenCalledTimes(1);
  });

  it("asks nothing of rooms that no table shows", async () => {
    rows.applyCamera(camera("y", { id: 999 }));
    rows.applySitting({ ...told(2), session_id: 11 });
    await settled();
    expect(asked).not.toHaveBeenCalled();
    expect(whole).toHaveBeenCalledTimes(1);
  });

  it("reads the whole table where a row is new, or rows cannot be read", async () => {
    rows.applySitting(told(9));
    await settled();
    expect(whole).toHaveBeenCalledTimes(2);
    asked.mockRejectedValueOnce(new Error("no network"));
    rows.applySitting(told(1));
    await settled();
    expect(whole).toHaveBeenCalledTimes(3);
  });

  it("reads a row again that a table on its way may show as it was", async () => {
    let arrive: (table: ExamTable) => void = () => undefined;
    whole = () => new Promise((resolve) => (arrive = resolve));
    void client.invalidateQueries({ queryKey: KEY });
    rows.applySitting(told(1));
    await settled();
    expect(shown()?.[0]).toEqual([1, 7]);
    arrive(tableOf(row(1), row(2), row(3)));
    await vi.advanceTimersByTimeAsync(1);
    expect(shown()?.[0]).toEqual([1, null]);
    await settled();
    expect(shown()?.[0]).toEqual([1, 7]);
  });
});
