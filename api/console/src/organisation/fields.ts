/** What a school has or is, each a yes or no. */
export const FLAGS = ["boarding", "canteen", "ct_key_target", "hazmat", "parking"] as const;

export const SCHOOL_TYPES = [
  "kindergarten",
  "primary",
  "junior_middle",
  "nine_year",
  "senior_high",
  "complete_secondary",
  "secondary_vocational",
  "special",
] as const;
