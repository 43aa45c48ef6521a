/* The tabs of one camera's page, each with an address of its own below the camera's. */
import { pageNeeds } from "../../session/policy";
import type { Permission } from "../../http/types";

export const TABS = ["live", "zones", "recordings", "health", "register", "history"] as const;
export type Tab = (typeof TABS)[number];

export function tabPath(key: number | string, tab: Tab): string {
  return `/cameras/${key}/${tab}`;
}

/** Those that a person may open. */
export function tabsFor(key: string, may: (permission: Permission) => boolean): Tab[] {
  return TABS.filter((tab) => {
    const needs = pageNeeds(tabPath(key, tab));
    return needs === null || may(needs);
  });
}

/** Which tab an address is; recordings have an older address beside. */
export function tabAt(path: string): Tab | null {
  if (path.startsWith("/recordings/")) return "recordings";
  const last = /^\/cameras\/[^/]+\/([^/]+)/.exec(path)?.[1];
  return TABS.find((tab) => tab === last) ?? null;
}
