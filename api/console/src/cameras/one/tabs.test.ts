import { expect, test } from "vitest";

import type { Permission } from "../../http/types";
import { tabAt, tabPath, TABS, tabsFor } from "./tabs";

const may = (...permissions: Permission[]) => (permission: Permission) => permissions.includes(permission);

test("only what a person may open is a tab", () => {
  expect(tabsFor("7", may("view_cameras"))).toEqual(["health", "register"]);
  expect(tabsFor("7", may("view_cameras", "watch_live", "play_recordings", "view_alerts"))).toEqual([
    "live",
    "recordings",
    "health",
    "register",
    "history",
  ]);
  expect(tabsFor("7", may("view_cameras", "edit_zones"))).toContain("zones");
});

test.each(TABS)("%s is found by its own address", (tab) => {
  expect(tabAt(tabPath(7, tab))).toBe(tab);
});

test.each([
  ["/recordings/7", "recordings"],
  ["/cameras/7", null],
  ["/cameras/7/elsewhere", null],
] as const)("%s is %s", (path, tab) => {
  expect(tabAt(path)).toBe(tab);
});
