import type { CameraView, CameraViewState } from "../http/types";

export const CAMERA_STATES: readonly CameraViewState[] = [
  "not_watching",
  "worker_lost",
  "unknown",
  "connecting",
  "watching",
  "disabled",
];

/** The pictures a second that are looked at now and should be, if a worker lowered them. */
export function loweredRate(camera: CameraView): { now: number; configured: number } | null {
  const { analysis_fps: now, analysis_fps_configured: configured } = camera;
  if (camera.state !== "watching" || now === null || configured === null) return null;
  return now < configured ? { now, configured } : null;
}

/** Nobody looks at this camera's picture although somebody should. */
export function isBlind(camera: CameraView): boolean {
  return (
    camera.state === "not_watching" || camera.state === "worker_lost" || camera.state === "unknown"
  );
}

/** How a state is drawn: only a camera that really is watched is green. */
export type Tone = "ok" | "gap" | "unknown" | "idle";

export function cameraTone(state: CameraViewState): Tone {
  switch (state) {
    case "watching":
      return "ok";
    case "not_watching":
      return "gap";
    case "worker_lost":
    case "unknown":
      return "unknown";
    case "connecting":
    case "disabled":
      return "idle";
  }
}

/** The worst first, then by place and name. */
export function compareCameras(a: CameraView, b: CameraView): number {
  return (
    CAMERA_STATES.indexOf(a.state) - CAMERA_STATES.indexOf(b.state) ||
    a.location.localeCompare(b.location, "zh-CN") ||
    a.name.localeCompare(b.name, "zh-CN")
  );
}
