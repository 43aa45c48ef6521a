/* Applies live events to the cached lists. */
import type { QueryClient } from "@tanstack/react-query";

import { applyAlert } from "../alert/applyAlert";
import { upsertCamera } from "../camera/cache";
import { keys } from "../http/keys";
import type { AlertSummary, CameraList, CameraView, OrderSummary, SittingEvent } from "../http/types";
import { ExamRows } from "./ExamRows";

/** Counts and uncertain lists are read again at most this often. */
const SETTLE_MS = 800;

export class LiveCache {
  private readonly timers = new Map<string, number>();
  private readonly examRows: ExamRows;

  constructor(
    private readonly client: QueryClient,
    private readonly onArrival: (id: string) => void,
  ) {
    this.examRows = new ExamRows(client);
  }

  applyAlert(alert: AlertSummary): void {
    const { arrived, uncertain } = applyAlert(this.client, alert);
    if (arrived) this.onArrival(alert.id);
    void this.client.invalidateQueries({ queryKey: keys.alert(alert.id) });
    this.settle(keys.alertCounts);
    if (uncertain) this.settle(keys.alertLists);
  }

  applyCamera(camera: CameraView): void {
    this.client.setQueryData<CameraList>(keys.cameras, (list) => list && upsertCamera(list, camera));
    this.examRows.applyCamera(camera);
  }

  /** The order itself is read again at once, since somebody may decide on it; lists by and by. */
  applyOrder(order: OrderSummary): void {
    void this.client.invalidateQueries({ queryKey: keys.order(order.id) });
    this.settle(keys.orderLists);
    if (order.alert) this.settle(keys.orderOfAlert(order.alert.id));
  }

  applyExam(told: SittingEvent): void {
    this.examRows.applySitting(told);
  }

  /** Too much was missed: read everything again. */
  reset(): void {
    void this.client.invalidateQueries({ queryKey: keys.alerts });
    void this.client.invalidateQueries({ queryKey: keys.orders });
    void this.client.invalidateQueries({ queryKey: keys.cameras });
    void this.client.invalidateQueries({ queryKey: keys.exams });
  }

  close(): void {
    for (const timer of this.timers.values()) window.clearTimeout(timer);
    this.timers.clear();
    this.examRows.close();
  }

  private settle(queryKey: readonly string[]): void {
    const name = queryKey.join("/");
    if (this.timers.has(name)) return;
    const timer = window.setTimeout(() => {
      this.timers.delete(name);
      void this.client.invalidateQueries({ queryKey });
    }, SETTLE_MS);
    this.timers.set(name, timer);
  }
}
