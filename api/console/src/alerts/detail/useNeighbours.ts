import { useState } from "react";

import { flatten } from "../../alert/cache";
import type { AlertFilters } from "../../alert/filters";
import { useAlertList } from "../useAlerts";

/** The alerts before and after in the list one came from. An alert that has left the list, because
 * it was just judged, keeps the place it had. */
export function useNeighbours(
  id: string,
  filters: AlertFilters,
): { previous: string | undefined; next: string | undefined } {
  const rows = flatten(useAlertList(filters).data);
  const at = rows.findIndex((row) => row.id === id);
  const [last, setLast] = useState({ id, index: -1 });
  if (at >= 0 && (last.id !== id || last.index !== at)) setLast({ id, index: at });
  if (at >= 0) return { previous: rows[at - 1]?.id, next: rows[at + 1]?.id };
  if (last.id !== id || last.index < 0) return { previous: undefined, next: rows[0]?.id };
  return { previous: rows[last.index - 1]?.id, next: rows[last.index]?.id };
}
