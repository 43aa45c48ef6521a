import type { PlaceView, Role } from "../http/types";

/** What each role of places is about, in the server's words. */
const SUBJECT_OF: Partial<Record<Role, NonNullable<PlaceView["subject"]>>> = {
  school_canteen: "kitchen",
  school_security: "campus",
  contractor: "kitchen",
};

export const OF_PLACES = Object.keys(SUBJECT_OF) as readonly Role[];

/** Whether the role must be given places by name, and an end date. */
export function isTemporary(role: Role): boolean {
  return role === "contractor";
}

/** Those of a school's places that a role of places can be given for. */
export function placesFor(role: Role, places: readonly PlaceView[]): PlaceView[] {
  const wanted = SUBJECT_OF[role];
  return places.filter(({ subject }) => subject === wanted);
}
