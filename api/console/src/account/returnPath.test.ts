import { expect, it } from "vitest";

import { safeReturnPath } from "./returnPath";

it.each([
  [null, "/"],
  ["/cameras?state=blind", "/cameras?state=blind"],
  ["//evil.example", "/"],
  ["https://evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/sign-in?next=/", "/"],
])("%s leads to %s", (next, path) => {
  expect(safeReturnPath(next)).toBe(path);
});
