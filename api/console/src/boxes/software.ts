/* What runs on the boxes, and whether it speaks as the command centre does. */
import type { BoxList, BoxView, WorkerView } from "../http/types";

/** Against the command centre: `older` is to be brought up to date, `newer` came before it was. */
export type Wire = "same" | "older" | "newer";

export function wireOf(worker: Pick<WorkerView, "contract_version">, centre: number): Wire {
  if (worker.contract_version === centre) return "same";
  return worker.contract_version < centre ? "older" : "newer";
}

/** What the list of boxes is narrowed to: a wire that differs, or one version of the software. */
export type SoftwareFilter = "older" | "newer" | { version: string };

const IS_VERSION = "v:";

export function readSoftware(value: string | null): SoftwareFilter | null {
  if (value === "older" || value === "newer") return value;
  return value?.startsWith(IS_VERSION) ? { version: value.slice(IS_VERSION.length) } : null;
}

export function writeSoftware(filter: SoftwareFilter): string {
  return typeof filter === "string" ? filter : IS_VERSION + filter.version;
}

/** Whether anything on a box is meant; a revoked box is not told to be brought up to date. */
export function runs(box: Pick<BoxView, "state" | "workers">, filter: SoftwareFilter, centre: number): boolean {
  return box.workers.some((worker) =>
    typeof filter === "string"
      ? box.state !== "revoked" && wireOf(worker, centre) === filter
      : worker.version === filter.version,
  );
}

export interface SoftwareCount {
  filter: SoftwareFilter;
  count: number;
}

/** Each thing the boxes can be narrowed to that there is, with how many boxes: what differs first,
 *  then the newest version first. */
export function softwareCounts(list: Pick<BoxList, "items" | "contract_version">): SoftwareCount[] {
  const versions = new Set(list.items.flatMap(({ workers }) => workers.map(({ version }) => version)));
  const sorted = [...versions].sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
  const filters: SoftwareFilter[] = ["older", "newer", ...sorted.map((version) => ({ version }))];
  return filters
    .map((filter) => ({ filter, count: list.items.filter((box) => runs(box, filter, list.contract_version)).length }))
    .filter(({ count }) => count > 0);
}
