import { expect, test } from "vitest";

import type { Permission } from "../http/types";
import { firstPage, pageNeeds, startPage } from "./policy";

test.each([
  ["/", "view_alerts"],
  ["/alerts/6f1c", "view_alerts"],
  ["/orders", "view_orders"],
  ["/orders/12", "view_orders"],
  ["/tasks/7", "rectify_orders"],
  ["/live", "watch_live"],
  ["/cameras", "view_cameras"],
  ["/cameras/7/zones", "edit_zones"],
  ["/recordings/7", "play_recordings"],
  ["/cameras/7", "view_cameras"],
  ["/cameras/7/live", "watch_live"],
  ["/cameras/7/recordings", "play_recordings"],
  ["/cameras/7/health", "view_cameras"],
  ["/cameras/7/register", "view_cameras"],
  ["/cameras/7/history", "view_alerts"],
  ["/retention", "see_compliance"],
  ["/coverage/no-1", "see_compliance"],
  ["/compliance/no-1", "see_compliance"],
  ["/overview", "see_compliance"],
  ["/rules", "view_cameras"],
  ["/users", "manage_people"],
  ["/organisation", "view_cameras"],
  ["/boxes", "manage_boxes"],
  ["/access-log", "read_audit"],
  ["/precision", "see_precision"],
  ["/privacy", "view_privacy"],
  ["/jobs", "see_jobs"],
  ["/notices", "manage_notices"],
  ["/nowhere", null],
])("%s needs %s", (path, needs) => {
  expect(pageNeeds(path)).toBe(needs);
});

test.each<[Permission[], string]>([
  [["view_alerts", "view_cameras", "read_audit"], "/"],
  [["view_cameras", "manage_boxes"], "/cameras"],
  [["read_audit"], "/access-log"],
])("who may %s begins at %s", (permissions, path) => {
  expect(firstPage((permission) => permissions.includes(permission))).toBe(path);
});

test.each<[Permission[], boolean, string]>([
  [["view_alerts", "rectify_orders"], true, "/tasks"],
  [["view_alerts", "rectify_orders"], false, "/"],
  [["view_alerts"], true, "/"],
  [["read_audit"], true, "/access-log"],
])("after signing in who may %s, of a school: %s, begins at %s", (permissions, isOfSchool, path) => {
  expect(startPage((permission) => permissions.includes(permission), isOfSchool)).toBe(path);
});
