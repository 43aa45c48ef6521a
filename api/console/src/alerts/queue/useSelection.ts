import { useCallback, useState } from "react";

import { isDigest } from "../../alert/digest";
import type { AlertSummary } from "../../http/types";

interface Chosen {
  list: string;
  ids: ReadonlySet<string>;
  /** Where a range begins. */
  from: string | null;
}

function nothing(list: string): Chosen {
  return { list, ids: new Set(), from: null };
}

/** A digest is opened by itself, not judged. */
export function mayBeChosen(row: AlertSummary): boolean {
  return row.status === "pending_review" && !isDigest(row);
}

function waiting(rows: readonly AlertSummary[]): string[] {
  return rows.filter(mayBeChosen).map((row) => row.id);
}

/** Waiting alerts from one row to another, whichever of them stands first. */
function between(rows: readonly AlertSummary[], from: string | null, to: string): string[] {
  const at = rows.findIndex((row) => row.id === to);
  const start = rows.findIndex((row) => row.id === from);
  const [first, last] = start < 0 ? [at, at] : [Math.min(start, at), Math.max(start, at)];
  return waiting(rows.slice(first, last + 1));
}

/** Waiting alerts chosen to be judged together; what was judged or left the list is chosen no more. */
export function useSelection(rows: readonly AlertSummary[], list: string) {
  const [known, setChosen] = useState<Chosen>(() => nothing(list));
  const chosen = known.list === list ? known : nothing(list);
  const selected = rows.filter((row) => mayBeChosen(row) && chosen.ids.has(row.id));

  const toggle = (id: string) => {
    const ids = new Set(chosen.ids);
    if (!ids.delete(id)) between(rows, null, id).forEach((each) => ids.add(each));
    setChosen({ list, ids, from: id });
  };
  const extend = (id: string) => {
    setChosen({ list, ids: new Set([...chosen.ids, ...between(rows, chosen.from, id)]), from: id });
  };
  const all = () => setChosen({ list, ids: new Set(waiting(rows)), from: null });
  const clear = useCallback(() => setChosen(nothing(list)), [list]);
  return { selected, toggle, extend, all, clear };
}
