/* A school for tests of compliance: four cameras, each of another kind. */
import type { CameraDays, DayCell, HeldDay, Requirement, SchoolCompliance, SchoolFootage } from "../http/types";

export const SCHOOL = { school_id: "no-1", name: "第一小学", name_en: "No. 1" };

export const REQUIREMENT: Requirement = {
  least: {
    id: "law_floor",
    days: 30,
    profile: "cn-school",
    profile_sha256: "ab".repeat(32),
    text: { zh: "国务院令第799号", en: "Order 799" },
    clause: "§17",
    reading: "verified",
    override_id: null,
    reason: "",
    by: "",
  },
  most: null,
  unread: null,
  is_contradictory: false,
  profiles: [],
};

export function schoolLine(changes: Partial<SchoolCompliance> = {}): SchoolCompliance {
  return {
    school: SCHOOL,
    verdict: "fails",
    sentence: { zh: "不合格：1 台录像缺 3 小时", en: "Fails" },
    coverage: { covered: 5, missing: 3, missing_read: 1, unknown: 2 },
    coverage_verdict: "fails",
    forbidden_count: 0,
    retention: {
      total: 4,
      kept: 1,
      gap: 1,
      insufficient: 0,
      over_retained: 0,
      immature: 1,
      unconfirmed: 0,
      unknown: 1,
      gap_s: 10_800,
    },
    retention_verdict: "fails",
    least_proven_days: 0.29,
    worst: null,
    ...changes,
  };
}

export function cell(day: string, share: number | null, state: DayCell["state"] = "compliant"): DayCell {
  return { day, state, is_unconfirmed: false, share };
}

export function heldDay(day: string, share: number, has_unverified = false): HeldDay {
  return { day, share, has_unverified };
}

export function camera(name: string, changes: Partial<CameraDays> = {}): CameraDays {
  return {
    camera_key: name.charCodeAt(0),
    camera_id: name,
    name,
    state: "compliant",
    doubt: null,
    is_unconfirmed: false,
    comment: { zh: "", en: "" },
    required_days: 30,
    completeness: 1,
    proven_days: 30,
    gap_count: 0,
    gap_s: 0,
    as_of: "2026-05-03T06:00:00Z",
    told_at: "2026-05-03T06:00:00Z",
    days: [],
    held: [],
    gaps: [],
    ...changes,
  };
}

export function footage(cameras: CameraDays[]): SchoolFootage {
  return {
    ...schoolLine(),
    requirement: REQUIREMENT,
    from_day: "2026-05-01",
    until_day: "2026-05-03",
    time_zone: "Asia/Shanghai",
    cameras,
    as_of: "2026-05-03T06:00:00Z",
  };
}
