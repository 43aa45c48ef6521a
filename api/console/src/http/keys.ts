import type { AlertFilters } from "../alert/filters";
import type { AccessFilters } from "./types";

/** Cache keys; shared prefixes are invalidated together. */
export const keys = {
  me: ["me"] as const,
  ways: ["ways"] as const,
  alerts: ["alerts"] as const,
  alertLists: ["alerts", "list"] as const,
  alertList: (filters: AlertFilters) => ["alerts", "list", filters] as const,
  alertCounts: ["alerts", "counts"] as const,
  alertCount: (filters: AlertFilters) => ["alerts", "counts", filters] as const,
  alert: (id: string) => ["alerts", "one", id] as const,
  cameras: ["cameras"] as const,
  rules: ["rules"] as const,
  retention: ["retention"] as const,
  recordingDay: (cameraId: string, when: string) => ["recordings", cameraId, when] as const,
  schools: ["schools"] as const,
  organisation: ["organisation"] as const,
  allSchools: ["organisation", "schools"] as const,
  bureau: ["organisation", "bureau"] as const,
  communities: ["organisation", "communities"] as const,
  places: (schoolId: string) => ["organisation", "places", schoolId] as const,
  register: ["organisation", "register"] as const,
  boxes: ["boxes"] as const,
  accessLog: (filters: AccessFilters) => ["access-log", filters] as const,
  chain: ["chain"] as const,
  jobs: ["jobs"] as const,
  users: ["users"] as const,
  sessions: ["sessions"] as const,
  sessionsOf: (username: string) => ["sessions", username] as const,
  health: ["health"] as const,
};
