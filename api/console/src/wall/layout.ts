import type { CameraView } from "../http/types";

export const SIZES = [1, 4, 9] as const;
export const LARGEST = SIZES[2];
export type Size = (typeof SIZES)[number];

export interface Wall {
  size: Size;
  /** 0-based. */
  page: number;
  /** Cameras chosen by hand; all of them when empty. */
  chosen: readonly string[];
}

export function readWall(params: URLSearchParams): Wall {
  const size = SIZES.find((each) => String(each) === params.get("size")) ?? 4;
  const page = Number(params.get("page") ?? "1") - 1;
  const chosen = (params.get("cameras") ?? "").split(",").filter((id) => id !== "");
  return { size, page: Number.isInteger(page) && page > 0 ? page : 0, chosen };
}

export function writeWall(wall: Wall): URLSearchParams {
  const params = new URLSearchParams();
  if (wall.size !== 4) params.set("size", String(wall.size));
  if (wall.page > 0) params.set("page", String(wall.page + 1));
  if (wall.chosen.length > 0) params.set("cameras", wall.chosen.join(","));
  return params;
}

/** By place and name: a tile must not change its place because a camera's state changed. */
function byPlace(a: CameraView, b: CameraView): number {
  return a.location.localeCompare(b.location, "zh-CN") || a.name.localeCompare(b.name, "zh-CN");
}

export interface Shown {
  cameras: readonly CameraView[];
  page: number;
  pages: number;
}

/** The cameras on the wall now; a page that does not exist becomes the last one. */
export function shownCameras(all: readonly CameraView[], wall: Wall): Shown {
  const wanted =
    wall.chosen.length > 0
      ? wall.chosen.flatMap((id) => all.find((camera) => String(camera.id) === id) ?? [])
      : all.filter((camera) => camera.state !== "disabled").sort(byPlace);
  const pages = Math.max(1, Math.ceil(wanted.length / wall.size));
  const page = Math.min(wall.page, pages - 1);
  return { cameras: wanted.slice(page * wall.size, (page + 1) * wall.size), page, pages };
}
