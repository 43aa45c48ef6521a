/* A report for tests: one rule with one model, on one camera and on all. */
import type { Figures, PrecisionReport, Proposal } from "../http/types";

const FIGURES: Figures = {
  confirmed: 20,
  false_positive: 12,
  pending_review: 3,
  reasons: { animal: 4, weather_light: 8 },
  precision: { value: 0.625, low: 0.453, high: 0.771 },
  is_small: false,
};

const PROPOSED: Proposal = {
  outcome: "proposed",
  confirmed: 20,
  false_positive: 12,
  unscored: 0,
  is_class_1: true,
  effect: {
    threshold: 0.44,
    removed: 11,
    lost: 0,
    lost_share: { value: 0, low: 0, high: 0.161 },
    pending_below: 2,
    precision_after: { value: 0.952, low: 0.773, high: 0.992 },
  },
};

const model = { model_id: "fire_smoke", model_sha256: "ab".repeat(32) };
const camera = {
  camera_key: 7,
  camera_id: "kitchen-1",
  camera_name: "灶台",
  camera_location: "",
  school: { school_id: "default", name: "本校", name_en: "" },
};

export const REPORT: PrecisionReport = {
  since: "2026-08-26T06:00:00Z",
  as_of: "2026-11-24T06:00:00Z",
  days: 90,
  few: 30,
  few_confirmed: 10,
  total: FIGURES,
  by_rule: [{ ...FIGURES, rule: "fire_smoke" }],
  by_model: [{ ...FIGURES, model }],
  by_rule_and_model: [{ ...FIGURES, rule: "fire_smoke", model, proposal: PROPOSED }],
  by_camera: [{ ...FIGURES, camera }],
  by_camera_count: 120,
  rows: [
    {
      ...FIGURES,
      confirmed: 3,
      false_positive: 1,
      is_small: true,
      rule: "fire_smoke",
      rule_ids: ["stove"],
      model,
      camera,
      proposal: { ...PROPOSED, outcome: "too_few", confirmed: 3, false_positive: 1, effect: null },
    },
  ],
  row_count: 250,
};
