import type { PlaceKind, PlaceView, Role } from "../http/types";

/** Places of the kitchen; as the server has them, which refuses the others. */
const KITCHEN: ReadonlySet<PlaceKind> = new Set<PlaceKind>([
  "canteen_ops",
  "canteen_store",
  "dining_hall",
  "food_store",
  "cooking",
  "serving_prep",
  "dedicated_room",
  "sample_room",
  "dishwash",
  "rough_prep",
  "cutting",
  "morning_check",
]);
/** Where no camera may hang. */
const FORBIDDEN: ReadonlySet<PlaceKind> = new Set<PlaceKind>([
  "dorm_room_interior",
  "staff_rest_room",
  "toilet",
  "bathroom",
  "changing_room",
  "nursing_room",
]);

export const OF_PLACES: readonly Role[] = ["school_canteen", "school_security", "contractor"];

/** Whether the role must be given places by name, and an end date. */
export function isTemporary(role: Role): boolean {
  return role === "contractor";
}

/** Those of a school's places that a role of places can be given for. */
export function placesFor(role: Role, places: readonly PlaceView[]): PlaceView[] {
  return places.filter(({ kind }) =>
    role === "school_security" ? !KITCHEN.has(kind) && !FORBIDDEN.has(kind) : KITCHEN.has(kind),
  );
}
