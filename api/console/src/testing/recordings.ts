import type { RecordingDay } from "../http/types";

/** 24 November 2026 in Shanghai, looked at noon, of which nothing is known. */
export function recordingDay(more: Partial<RecordingDay> = {}): RecordingDay {
  return {
    camera_key: 7,
    school: { school_id: "default", name: "本校", name_en: "" },
    camera_id: "gate",
    name: "北门",
    location: "",
    state: "watching",
    day: "2026-11-24",
    time_zone: "Asia/Shanghai",
    from_at: "2026-11-23T16:00:00.000Z",
    to_at: "2026-11-24T16:00:00.000Z",
    as_of: "2026-11-24T04:00:00.000Z",
    is_box_there: true,
    source: "box",
    footage_as_of: "2026-11-24T04:00:00.000Z",
    spans: [],
    gaps: [],
    recovered: [],
    held: [],
    is_recorder_asked: false,
    recorder_trouble: null,
    alerts: [],
    has_more_alerts: false,
    analysed: [],
    days: [],
    ...more,
  };
}
