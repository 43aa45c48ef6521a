import type { CameraList, CameraView } from "../http/types";

/** The list after one camera changed, a new one was registered, or one was retired. */
export function upsertCamera(list: CameraList, camera: CameraView): CameraList {
  if (camera.retired_at) return { ...list, items: list.items.filter((item) => item.id !== camera.id) };
  const known = list.items.some((item) => item.id === camera.id);
  const items = known
    ? list.items.map((item) => (item.id === camera.id ? camera : item))
    : [...list.items, camera];
  return { ...list, items };
}
