/** What came of an alert's picture: before the eyes, not to be had, or still on its way. */
export type Showing = "shown" | "failed" | "waiting";

/** Told of which alert and of which picture of it, since a picture may be replaced by another. */
export type OnShowing = (alertId: string, url: string | null, showing: Showing) => void;
