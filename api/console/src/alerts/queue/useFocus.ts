import { useCallback, useState } from "react";

import type { AlertSummary } from "../../http/types";

interface Focus {
  list: string;
  id: string | null;
  index: number;
}

/** The nearest row of another camera, so that one that alerts all day can be passed over. */
export function otherCamera(
  rows: readonly AlertSummary[],
  index: number,
  direction: -1 | 1,
): AlertSummary | undefined {
  const here = rows[index]?.camera_key;
  for (let at = index + direction; at >= 0 && at < rows.length; at += direction) {
    if (rows[at]?.camera_key !== here) return rows[at];
  }
  return undefined;
}

/** Which row is looked at. It stays on its alert while rows come and go; when the alert itself
 * leaves, the row that takes its place is next. Another list is begun at its top. */
export function useFocus(rows: readonly AlertSummary[], list: string) {
  const [known, setFocus] = useState<Focus>({ list, id: null, index: 0 });
  const focus = known.list === list ? known : { list, id: null, index: 0 };
  const at = rows.findIndex((row) => row.id === focus.id);
  const index = Math.max(0, at >= 0 ? at : Math.min(focus.index, rows.length - 1));
  const focused = rows[index];

  if (focused && (focused.id !== known.id || index !== known.index || known.list !== list)) {
    setFocus({ list, id: focused.id, index });
  }

  const select = useCallback((id: string) => setFocus((known) => ({ ...known, id })), []);
  const move = (by: -1 | 1) => {
    const next = rows[Math.min(Math.max(0, index + by), rows.length - 1)];
    if (next) select(next.id);
  };
  const moveToCamera = (direction: -1 | 1) => {
    const next = otherCamera(rows, index, direction);
    if (next) select(next.id);
  };
  return { focused, select, move, moveToCamera };
}
