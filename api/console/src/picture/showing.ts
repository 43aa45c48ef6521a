/** What came of an alert's picture: on the screen, told that it cannot be, or still on its way. */
export type Showing = "shown" | "failed" | "waiting";
