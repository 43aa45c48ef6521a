/* What a box answers by itself; `pipeline/offline/shown.py` says what each field means. */
import type { AlertSummary, CameraViewState } from "./types";

export interface OfflineAlert {
  id: string;
  rule: string;
  zone: string;
  risk: AlertSummary["risk"];
  state: "open" | "closed";
  camera_key: number;
  camera_name: string;
  location: string;
  started_at: string;
  raised_at: string;
  ended_at: string;
  is_sent: boolean;
  snapshot_url: string | null;
}

export interface OfflineCamera {
  camera_key: number;
  camera_id: string;
  name: string;
  location: string;
  state: CameraViewState;
  reason: string;
  since: string | null;
  has_footage: boolean;
}

export interface OfflineView {
  as_of: string;
  school: { school_id: string; name: string; name_en: string };
  time_zone: string;
  is_cut: boolean;
  heard_at: string | null;
  ends_at: string | null;
  waiting: number;
  alerts: OfflineAlert[];
  cameras: OfflineCamera[];
}
