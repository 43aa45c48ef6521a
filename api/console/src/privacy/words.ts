/** What an assessment weighs, in the order of the law. */
export const WORDS = ["purpose", "necessity", "risk", "measures"] as const;
