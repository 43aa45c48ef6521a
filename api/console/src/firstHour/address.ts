/* Where each step of a box's first hour is done; null where nothing in the console does it. */
import type { FirstHourView, StepView } from "../http/types";

export function addressOf(step: StepView, box: Pick<FirstHourView, "box_id" | "school">): string | null {
  const { box_id: id } = box;
  switch (step.step) {
    case "box":
      return "/boxes";
    case "school":
      return box.school && `/organisation?school=${encodeURIComponent(box.school.school_id)}`;
    case "cameras":
      return id === null ? null : `/boxes/${id}/cameras`;
    case "pictures":
      // What keeps a camera from being seen stands on its card; passwords are set beside the configuration.
      if (step.trouble === "no_picture") return "/cameras?state=blind";
      return id === null ? null : `/boxes/${id}/configuration`;
    case "zone":
      return step.camera_key === null ? "/cameras" : `/cameras/${step.camera_key}/zones`;
    case "alert":
      return "/live";
    case "review":
      return step.alert_id === null ? "/" : `/alerts/${step.alert_id}`;
  }
}

/** How many of them are done. */
export function doneOf(steps: readonly StepView[]): number {
  return steps.filter(({ state }) => state === "done").length;
}
