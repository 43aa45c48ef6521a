import { expect, test } from "vitest";

import { pageNeeds } from "./policy";

test.each([
  ["/", "view_alerts"],
  ["/alerts/6f1c", "view_alerts"],
  ["/live", "watch_live"],
  ["/cameras", "view_cameras"],
  ["/recordings/7", "play_recordings"],
  ["/retention", "see_compliance"],
  ["/rules", "view_cameras"],
  ["/users", "manage_people"],
  ["/nowhere", null],
])("%s needs %s", (path, needs) => {
  expect(pageNeeds(path)).toBe(needs);
});
