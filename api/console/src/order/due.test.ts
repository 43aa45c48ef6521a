import type { TFunction } from "i18next";
import { expect, test } from "vitest";

import { NOW, orderOf } from "../testing/samples";
import { dueText } from "./due";

/** Says which words are used with what. */
const t = ((key: string, values: object) =>
  `${key} ${Object.values(values).join(" ")}`) as unknown as TFunction;

const dueIn = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

test.each([
  [90 * 60, "order.left time.hoursMinutes 1 30"],
  [-300, "order.late time.minutes 5"],
  [47 * 3600, "order.left time.daysHours 1 23"],
  [71 * 3600, "order.left order.days 2"],
  [-50 * 3600, "order.late order.days 2"],
])("due in %d s reads %s", (seconds, words) => {
  expect(dueText(t, orderOf(1, { due_at: dueIn(seconds) }), NOW)).toBe(words);
});

test.each([{ state: "pending_verification" as const }, { state: "closed" as const }, { merged_into: 2 }])(
  "a deadline does not run for %j",
  (more) => {
    expect(dueText(t, orderOf(1, { due_at: dueIn(-60), ...more }), NOW)).toBeNull();
  },
);
