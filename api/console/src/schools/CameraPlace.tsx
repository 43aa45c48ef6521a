import { useCallback } from "react";

import { useCameras } from "../camera/useCameras";
import type { AlertSummary, SchoolName } from "../http/types";
import styles from "./CameraPlace.module.css";
import { schoolsOf } from "./schools";
import { schoolName } from "./schoolName";

/** A camera as people tell it from others. */
export interface Place {
  name: string;
  location: string;
  school: SchoolName | null;
}

type Named = Place | Pick<AlertSummary, "camera_name" | "camera_location" | "school">;

export function placeOf(camera: Named): Place {
  if ("name" in camera) return camera;
  return { name: camera.camera_name, location: camera.camera_location, school: camera.school };
}

/** Whether cameras of several schools stand side by side, so that a name alone says too little. */
export function useManySchools(): boolean {
  return schoolsOf(useCameras().data?.items ?? []).length > 1;
}

/** A camera in one line: its own name first, so that a long school never swallows it. */
export function cameraText(camera: Named, manySchools: boolean): string {
  const { name, school, location } = placeOf(camera);
  return [name, manySchools && schoolName(school), location].filter(Boolean).join(" · ");
}

/** Names cameras where there is only one line of text: an option, a title, a label. */
export function useCameraNames(): (camera: Named) => string {
  const many = useManySchools();
  return useCallback((camera) => cameraText(camera, many), [many]);
}

interface Props {
  camera: Place;
  /** What stands behind it, as the zone. */
  more?: string | undefined;
  className?: string | undefined;
}

/** A camera with its school where there are several; what is long gives way to what tells apart. */
export function CameraPlace({ camera, more, className = "" }: Props) {
  const many = useManySchools();
  const text = [cameraText(camera, many), more].filter(Boolean).join(" · ");
  return (
    <span className={`${styles.place} ${className}`} title={text} data-testid="camera-place">
      <span className={styles.camera}>{camera.name}</span>
      {many && camera.school && <span className={styles.school}>{schoolName(camera.school)}</span>}
      {camera.location && <span className={styles.rest}>{camera.location}</span>}
      {more && <span className={styles.rest}>{more}</span>}
    </span>
  );
}
