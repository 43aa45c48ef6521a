/* Alerts and cameras for tests; each test names only what it is about. */
import type { AlertPages } from "../alert/cache";
import type { AlertSummary, CameraView, OrderSummary } from "../http/types";

const SCHOOL = { school_id: "default", name: "本校", name_en: "" };

export const NOW = Date.parse("2026-11-24T06:00:00Z");

export function alertAt(id: string, raisedAt: string, more: Partial<AlertSummary> = {}): AlertSummary {
  return {
    id,
    version: 0,
    status: "pending_review",
    rule: "perimeter_intrusion",
    rule_id: "perimeter-intrusion",
    zone: "",
    risk: "class_2",
    state: "closed",
    camera_key: 7,
    camera_id: "gate-north",
    camera_name: "北门",
    camera_location: "",
    school: SCHOOL,
    started_at: raisedAt,
    raised_at: raisedAt,
    queued_at: raisedAt,
    is_dated_ahead: false,
    ended_at: raisedAt,
    duration_s: 0,
    score: 0.9,
    classes: ["person"],
    snapshot_url: null,
    snapshot_size: null,
    clip_url: null,
    clip_starts_at: null,
    clip_duration_s: null,
    has_original: false,
    box_norm_xyxy: [0.1, 0.1, 0.2, 0.3],
    zone_norm: [],
    reviewed_by: null,
    reviewed_at: null,
    undo_until: null,
    reason: null,
    note: "",
    ...more,
  };
}

export function pagesOf(...pages: AlertSummary[][]): AlertPages {
  return {
    pageParams: pages.map((_, index) => (index === 0 ? null : `cursor-${index}`)),
    pages: pages.map((items, index) => ({
      items,
      next_cursor: index < pages.length - 1 ? `cursor-${index + 1}` : null,
      counts: { pending_review: 0, confirmed: 0, false_positive: 0, seen: 0 },
      as_of: "2026-11-24T06:00:00Z",
    })),
  };
}

export function camera(id: string, more: Partial<CameraView> = {}): CameraView {
  return {
    id: [...id].reduce((sum, each) => sum + each.charCodeAt(0), 0),
    school: SCHOOL,
    camera_id: id,
    name: id,
    location: "",
    source: "",
    rules: [],
    config_sha256: null,
    registered: true,
    box_id: 1,
    worker_id: "box-1",
    retired_at: null,
    state: "watching",
    reason: "",
    detail: "",
    since: null,
    last_frame_at: null,
    last_analysed_at: null,
    stream: null,
    analysis_fps: 5,
    analysis_fps_configured: 5,
    picture: null,
    clock: null,
    withheld: [],
    footage_alarms: [],
    analysed_window_s: 86_400,
    analysed_s: 86_400,
    missing: [],
    analysed_by_rule: [],
    ...more,
  };
}

export function orderOf(id: number, more: Partial<OrderSummary> = {}): OrderSummary {
  return {
    id,
    version: 1,
    state: "assigned",
    risk: "class_2",
    subject: "safety",
    school: SCHOOL,
    assignee: null,
    responsible: null,
    created_at: "2026-11-24T05:00:00Z",
    created_by: "wang.li",
    due_at: "2026-11-25T05:00:00Z",
    is_overdue: false,
    escalated_at: null,
    rectified_by: null,
    rectified_at: null,
    closed_by: null,
    closed_at: null,
    merged_into: null,
    alert: null,
    text: "灭火器过期",
    source_count: 1,
    photograph_count: 0,
    ...more,
  };
}
