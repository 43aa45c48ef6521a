/* A box's settings while a form changes them: what differs, what is wrong, and the way onto what somebody
   else saved; pure. */
import type { BoxSettings, CameraSettings, CameraSettingsEdit, SettingsEdit } from "../../http/types";

export const MOST_DAYS = 3650;
export const MOST_BUDGET = 10_000;

type Field = "name" | "location" | "keep_days" | "delete_after_days" | "budget_per_hour";
export type CameraDraft = Pick<CameraSettings, "camera_id" | Field>;

export interface SettingsDraft {
  time_zone: string | null;
  holidays: readonly string[];
  workday_overrides: readonly string[];
  cameras: readonly CameraDraft[];
}

export type Changes = Omit<SettingsEdit, "against">;
export type Fault = "name" | "keep" | "deleteTooSoon" | "day";

export function draftOf({ time_zone, holidays, workday_overrides, cameras }: BoxSettings): SettingsDraft {
  return { time_zone, holidays, workday_overrides, cameras };
}

const FIELDS = ["name", "location", "keep_days", "delete_after_days", "budget_per_hour"] as const;
const SITE = ["time_zone", "holidays", "workday_overrides"] as const;

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** An empty text is none. */
function written(value: string | number | null): string | number | null {
  return typeof value === "string" ? value.trim() || null : value;
}

/** What is to be written: what differs alone; null goes back to what is usual. */
export function changesOf(begun: BoxSettings, draft: SettingsDraft): Changes {
  const site = SITE.filter((key) => !isEqual(begun[key], draft[key])).map((key) => [key, draft[key]] as const);
  const before = new Map(begun.cameras.map((camera) => [camera.camera_id, camera]));
  const cameras = draft.cameras.flatMap((camera): CameraSettingsEdit[] => {
    const was = before.get(camera.camera_id);
    const changed = FIELDS.filter((field) => was?.[field] !== camera[field]);
    if (!was || changed.length === 0) return [];
    const values = changed.map((field) => [field, written(camera[field])] as const);
    return [{ camera_id: camera.camera_id, ...Object.fromEntries(values) }];
  });
  return {
    ...(site.length > 0 ? { site: Object.fromEntries(site) } : {}),
    ...(cameras.length > 0 ? { cameras } : {}),
  };
}

export function isChanged(changes: Changes): boolean {
  return changes.site !== undefined || changes.cameras !== undefined;
}

const IN_FILE: Record<Field, string> = {
  name: "name",
  location: "location",
  keep_days: "recording.keep_days",
  delete_after_days: "recording.delete_after_days",
  budget_per_hour: "economy.budget_per_hour",
};

/** Where a field stands in the configuration, as problems name it. */
export function pathOf(index: number, field: Field): string {
  return `cameras[${index}].${IN_FILE[field]}`;
}

const DAY = /^(\d{4}-\d{2}-\d{2})(?:\s*\.\.\s*(\d{4}-\d{2}-\d{2}))?$/;

function dayOf(text: string): number | null {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? null : at;
}

/** Whether a text is a day, or several, as `2026-10-01..2026-10-07`. */
export function isDay(text: string): boolean {
  const [, first = "", last = first] = DAY.exec(text.trim()) ?? [];
  const [begin, end] = [dayOf(first), dayOf(last)];
  return begin !== null && end !== null && end >= begin && end - begin < 366 * 86_400_000;
}

/** What the box would refuse, by the path of its field, before anything is sent. */
export function faultsOf(draft: SettingsDraft): ReadonlyMap<string, Fault> {
  const found = new Map<string, Fault>();
  for (const key of ["holidays", "workday_overrides"] as const) {
    if (!draft[key].every(isDay)) found.set(`site.${key}`, "day");
  }
  draft.cameras.forEach(({ name, keep_days: keep, delete_after_days: gone }, index) => {
    if (name.trim() === "") found.set(pathOf(index, "name"), "name");
    if (keep === null && gone !== null) found.set(pathOf(index, "keep_days"), "keep");
    if (keep !== null && gone !== null && gone < keep) {
      found.set(pathOf(index, "delete_after_days"), "deleteTooSoon");
    }
  });
  return found;
}

/** The same with one camera changed. */
export function withCamera(draft: SettingsDraft, index: number, change: Partial<CameraDraft>): SettingsDraft {
  return { ...draft, cameras: draft.cameras.map((each, at) => (at === index ? { ...each, ...change } : each)) };
}

/** The same with values in all cameras that have footage, or of budgets in all. */
export function withAll(
  draft: SettingsDraft,
  begun: BoxSettings,
  { keep_days, delete_after_days, budget_per_hour }: Partial<CameraDraft>,
): SettingsDraft {
  const recorded = new Set(begun.cameras.flatMap(({ camera_id, is_recorded }) => (is_recorded ? [camera_id] : [])));
  return {
    ...draft,
    cameras: draft.cameras.map((camera) => ({
      ...camera,
      ...(budget_per_hour != null ? { budget_per_hour } : {}),
      ...(recorded.has(camera.camera_id) && keep_days != null ? { keep_days } : {}),
      ...(recorded.has(camera.camera_id) && delete_after_days != null ? { delete_after_days } : {}),
    })),
  };
}

/** Cameras whose footage is deleted sooner than it was. */
export function deletedSooner(begun: BoxSettings, draft: SettingsDraft): readonly CameraDraft[] {
  const before = new Map(begun.cameras.map((camera) => [camera.camera_id, camera.delete_after_days]));
  return draft.cameras.filter(({ camera_id, delete_after_days: now }) => {
    const was = before.get(camera_id) ?? null;
    return now !== null && (was === null || now < was);
  });
}

/** One's own changes on what somebody else saved meanwhile; at one and the same value one's own. */
export function rebased(begun: BoxSettings, draft: SettingsDraft, theirs: BoxSettings): SettingsDraft {
  const { site, cameras } = changesOf(begun, draft);
  const mine = new Map((cameras ?? []).map((camera) => [camera.camera_id, camera]));
  return {
    ...draftOf(theirs),
    ...(site as Partial<SettingsDraft> | undefined),
    cameras: theirs.cameras.map((camera) => {
      const change = mine.get(camera.camera_id);
      if (!change) return camera;
      const location = "location" in change ? (change.location ?? "") : camera.location;
      return { ...camera, ...change, name: change.name ?? camera.name, location };
    }),
  };
}
