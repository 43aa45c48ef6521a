import type { CameraList, CameraView } from "../http/types";

/** The list after one camera changed, or a new one was registered. */
export function upsertCamera(list: CameraList, camera: CameraView): CameraList {
  const known = list.items.some((item) => item.camera_id === camera.camera_id);
  const items = known
    ? list.items.map((item) => (item.camera_id === camera.camera_id ? camera : item))
    : [...list.items, camera];
  return { ...list, items };
}
