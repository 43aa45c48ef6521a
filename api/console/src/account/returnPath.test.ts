import { expect, it } from "vitest";

import { safeReturnPath } from "./returnPath";

it.each([
  [null, "/start"],
  ["/cameras?state=blind", "/cameras?state=blind"],
  ["//evil.example", "/start"],
  ["https://evil.example", "/start"],
  ["/\\evil.example", "/start"],
  ["/sign-in?next=/", "/start"],
])("%s leads to %s", (next, path) => {
  expect(safeReturnPath(next)).toBe(path);
});
