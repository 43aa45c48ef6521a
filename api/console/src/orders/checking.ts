/* What must be seen before an order is closed. */
import type { OrderDetail, PhotographView } from "../http/types";

/** Photographs of the rectification that is to be checked now. */
export function ofThisRound(order: OrderDetail): PhotographView[] {
  return order.photographs.filter((each) => each.round === order.round);
}

/** Those of rectifications that were sent back or reopened since, the latest round first. */
export function earlierRounds(order: OrderDetail): { round: number; photographs: PhotographView[] }[] {
  const rounds = new Map<number, PhotographView[]>();
  for (const each of order.photographs) {
    if (each.round === order.round) continue;
    rounds.set(each.round, [...(rounds.get(each.round) ?? []), each]);
  }
  return [...rounds]
    .map(([round, photographs]) => ({ round, photographs }))
    .sort((a, b) => b.round - a.round);
}

/** Nobody closes by a key what they were not shown. */
export function mayClose(order: OrderDetail, shown: ReadonlySet<number>): boolean {
  return ofThisRound(order).every((each) => shown.has(each.id));
}
