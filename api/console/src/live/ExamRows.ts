/* Reads rows of an exam's table again that changed, some together; a district's table has a thousand. */
import type { Query, QueryClient } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { CameraView, ExamTable, SittingEvent } from "../http/types";

/** Rows that change are read again at most this often. */
export const SETTLE_MS = 800;
/** So many rows the centre answers by their numbers; of more the whole table is read. */
const MOST_ROWS = 200;

export class ExamRows {
  private cameras = new Set<number>();
  private told: SittingEvent[] = [];
  private timer: number | undefined;
  private isReading = false;
  private isClosed = false;

  constructor(private readonly client: QueryClient) {}

  applySitting(told: SittingEvent): void {
    this.told.push(told);
    this.begin();
  }

  applyCamera(camera: CameraView): void {
    if (this.tables().length === 0) return;
    this.cameras.add(camera.id);
    this.begin();
  }

  close(): void {
    this.isClosed = true;
    window.clearTimeout(this.timer);
  }

  private tables(): Query<ExamTable>[] {
    return this.client.getQueryCache().findAll({ queryKey: keys.examTables, type: "active" }) as unknown as Query<ExamTable>[];
  }

  private begin(): void {
    if (this.timer !== undefined || this.isReading || this.isClosed) return;
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      void this.read();
    }, SETTLE_MS);
  }

  private async read(): Promise<void> {
    const { cameras, told } = this;
    this.cameras = new Set();
    this.told = [];
    this.isReading = true;
    // Whoever opens one later reads it then.
    void this.client.invalidateQueries({ queryKey: keys.examTables, refetchType: "none", type: "inactive" });
    await Promise.all(this.tables().map((table) => this.readRows(table, cameras, told)));
    this.isReading = false;
    if (this.cameras.size > 0 || this.told.length > 0) this.begin();
  }

  private async readRows(
    query: Query<ExamTable>,
    cameras: ReadonlySet<number>,
    told: readonly SittingEvent[],
  ): Promise<void> {
    const table = query.state.data;
    if (!table) return;
    const own = new Set(told.filter((each) => each.session_id === table.session.id).map((each) => each.sitting_id));
    const rows = table.items.filter((row) => own.has(row.id) || row.cameras.some((key) => cameras.has(key)));
    if (rows.length === 0 && own.size === 0) return;
    const isWhole = rows.length > MOST_ROWS || own.size > rows.length;
    try {
      if (isWhole) throw new RangeError("rows are new, or too many");
      const ids = rows.map(({ id }) => id);
      const found = await api.examTable(table.exam.id, table.session.id, ids);
      const fresh = new Map(found.items.map((row) => [row.id, row]));
      const { dataUpdatedAt } = query.state;
      this.client.setQueryData<ExamTable>(
        query.queryKey,
        (known) => known && { ...known, items: known.items.map((row) => fresh.get(row.id) ?? row) },
        // The whole is as old as it was.
        { updatedAt: dataUpdatedAt },
      );
      // A table that is on its way may have been read before: once more.
      if (query.state.fetchStatus === "fetching") {
        this.told.push(...ids.map((id) => ({ sitting_id: id, session_id: table.session.id, exam_id: table.exam.id })));
      }
    } catch {
      await this.client.invalidateQueries({ queryKey: query.queryKey });
    }
  }
}
