import type { OrderHistoryEntry } from "../http/types";

/** What became of which other orders, and the words of whoever did it. */
export interface Regrouped {
  how: "mergedInto" | "tookIn" | "splitOff" | "cameFrom";
  orders: readonly number[];
  note: string;
}

const HOW = {
  "merged →": "mergedInto",
  "merged ←": "tookIn",
  "split →": "splitOff",
  "split ←": "cameFrom",
} as const;

/** Of a step that joined or parted orders: the history keeps it as `← 7, 8` and the words after it. */
export function regrouped({
  action,
  note,
}: Pick<OrderHistoryEntry, "action" | "note">): Regrouped | null {
  const [, arrow, numbers = "", words = ""] = /^([→←]) (\d+(?:, \d+)*) ?([^]*)$/u.exec(note) ?? [];
  const how = HOW[`${action} ${arrow}` as keyof typeof HOW] as Regrouped["how"] | undefined;
  if (how === undefined) {
    return null;
  }
  return { how, orders: numbers.split(", ").map(Number), note: words };
}
