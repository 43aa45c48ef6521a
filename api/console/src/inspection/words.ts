/* What a form says of itself, in words that phone, bureau and paper share. */
import type { TFunction } from "i18next";

import type { InspectionFact, InspectionItem, InspectionSummary } from "../http/types";

type Named = Pick<InspectionSummary, "kind" | "subject" | "name" | "first_day" | "last_day">;
type Term = (family: "inspection_kind" | "order_subject", id: string) => string;

/** 「每日自查 · 安全保卫」, 「国庆 · 重要时点排查 · 食堂」. */
export function titleOf(t: TFunction, term: Term, { name, kind, subject }: Named): string {
  return [name, term("inspection_kind", kind), term("order_subject", subject)]
    .filter(Boolean)
    .join(t("inspection.joint"));
}

/** 「2026-11-24」, or from one day to another. */
export function daysOf(t: TFunction, { first_day, last_day }: Pick<Named, "first_day" | "last_day">): string {
  return first_day === last_day ? first_day : t("inspection.days", { from: first_day, to: last_day });
}

/** 「南门：5 台摄像机，4 台近 24 小时内已分析，1 台无法核验」. */
export function factText(t: TFunction, fact: InspectionFact, windowS: number): string {
  const { kind, place, total, good, unknown } = fact;
  const where = place ? t("inspection.at", { place }) : "";
  switch (kind) {
    case "cameras": {
      if (total === 0) return where + t("inspection.fact.noCamera");
      const said = t("inspection.fact.cameras", { total, good, hours: Math.round(windowS / 3600) });
      return where + said + (unknown > 0 ? t("inspection.fact.unknown", { count: unknown }) : "");
    }
    case "footage":
      if (total === 0) return t("inspection.fact.noCamera");
      return (
        t("inspection.fact.footage", { total, good }) +
        (unknown > 0 ? t("inspection.fact.unknown", { count: unknown }) : "")
      );
    case "forbidden":
      return t(total > 0 ? "inspection.fact.forbidden" : "inspection.fact.notForbidden", { count: total });
    case "orders":
      if (total === 0) return t("inspection.fact.noOrders");
      return t("inspection.fact.orders", { count: total, late: total - good });
  }
}

/** Green only where all is as it must be, and somebody could tell. */
export function factTone({ kind, total, good, unknown }: InspectionFact): "ok" | "gap" | "unknown" {
  if (kind === "forbidden") return total > 0 ? "gap" : "ok";
  if (kind === "orders") return good < total ? "gap" : "ok";
  if (total === 0) return "unknown";
  if (good === total) return "ok";
  return good + unknown < total ? "gap" : "unknown";
}

/** 「《…条例》§17」. */
export function sourceText(source: InspectionItem["source"], language: "zh" | "en"): string {
  return [source.text[language], source.clause].filter(Boolean).join(" ");
}
