/* Which of a school's counts a camera is one of; as the command centre counts. */
import type { CameraDays, SchoolCompliance } from "../http/types";

/** What fails first, then what nobody can tell, then what waits. */
export const KINDS = [
  "gap",
  "insufficient",
  "over_retained",
  "unknown",
  "unconfirmed",
  "immature",
  "kept",
] as const;
export type Kind = (typeof KINDS)[number];

export function kindOf({ state, is_unconfirmed }: Pick<CameraDays, "state" | "is_unconfirmed">): Kind {
  if (state === "unknown" || state === "offline") return "unknown";
  if (is_unconfirmed) return "unconfirmed";
  return state === "compliant" ? "kept" : state;
}

export function readKind(value: string | null): Kind | null {
  return KINDS.find((kind) => kind === value) ?? null;
}

/** Cameras of each kind there are any of. */
export function countsOf({ retention }: Pick<SchoolCompliance, "retention">): { kind: Kind; count: number }[] {
  return KINDS.map((kind) => ({ kind, count: retention[kind] })).filter(({ count }) => count > 0);
}

/** The cameras that need somebody first. */
export function byKind<Camera extends Pick<CameraDays, "state" | "is_unconfirmed" | "name" | "camera_key">>(
  cameras: readonly Camera[],
): Camera[] {
  return [...cameras].sort(
    (a, b) =>
      KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b)) ||
      a.name.localeCompare(b.name, "zh-CN") ||
      a.camera_key - b.camera_key,
  );
}
