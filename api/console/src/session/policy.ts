/* What a person may see and do is asked here and nowhere else; the server has the last word. */
import { useCallback } from "react";

import type { AlertSummary, Permission } from "../http/types";
import { useSession } from "./useSession";

/** What the page at a path needs; a path that is not here is everybody's. */
const PAGE_NEEDS: readonly [RegExp, Permission][] = [
  [/^\/(alerts\/|$)/, "view_alerts"],
  [/^\/orders/, "view_orders"],
  [/^\/tasks/, "rectify_orders"],
  [/^\/inspections/, "view_inspections"],
  [/^\/exams\/patrol/, "watch_live"],
  [/^\/exams/, "view_exams"],
  [/^\/live/, "watch_live"],
  [/^\/cameras\/[^/]+\/zones/, "edit_zones"],
  [/^\/cameras\/[^/]+\/live/, "watch_live"],
  [/^\/cameras\/[^/]+\/recordings/, "play_recordings"],
  [/^\/cameras\/[^/]+\/history/, "view_alerts"],
  [/^\/(cameras|rules)/, "view_cameras"],
  [/^\/recordings/, "play_recordings"],
  [/^\/(retention|coverage|compliance|overview)/, "see_compliance"],
  [/^\/users/, "manage_people"],
  [/^\/organisation/, "view_cameras"],
  [/^\/(boxes|first-hour)/, "manage_boxes"],
  [/^\/access-log/, "read_audit"],
  [/^\/reports/, "export"],
  [/^\/precision/, "see_precision"],
  [/^\/privacy/, "view_privacy"],
  [/^\/meetings/, "attend_meetings"],
  [/^\/jobs/, "see_jobs"],
  [/^\/notices/, "manage_notices"],
];

/** Pages of those who keep the system, in the order in which they are listed. */
export const KEEPING_PAGES = ["organisation", "exams", "reports", "precision", "boxes", "access-log", "privacy", "jobs", "notices"] as const;
export type KeepingPage = (typeof KEEPING_PAGES)[number];

/** The first page that somebody who may not see the queue is shown. */
const FIRST_PAGES = ["/", "/cameras", "/access-log"];

export function firstPage(may: (permission: Permission) => boolean): string {
  return FIRST_PAGES.find((path) => mayOpen(path, may)) ?? "/";
}

/** The page after signing in: what a school has to put right today comes before its queue. */
export function startPage(may: (permission: Permission) => boolean, isOfSchool: boolean): string {
  return isOfSchool && mayOpen("/tasks", may) ? "/tasks" : firstPage(may);
}

export function mayOpen(path: string, may: (permission: Permission) => boolean): boolean {
  const needs = pageNeeds(path);
  return needs === null || may(needs);
}

export function pageNeeds(path: string): Permission | null {
  return PAGE_NEEDS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** Asks whether the signed-in person has a permission; nobody has any before they are known. */
export function useMay(): (permission: Permission) => boolean {
  const permissions = useSession().data?.permissions;
  return useCallback((permission) => permissions?.includes(permission) ?? false, [permissions]);
}

/** An alert as the signed-in person sees it: without pictures, if those are not theirs to see. */
export function usePictures<A extends AlertSummary>(alert: A): A {
  const may = useMay();
  if (!may("see_pictures")) {
    return { ...alert, snapshot_url: null, clip_url: null, has_original: false };
  }
  return may("open_originals") ? alert : { ...alert, has_original: false };
}
