import { useTranslation } from "react-i18next";

import { isTerm, useTerm } from "../i18n/terms";
import type { Refusal } from "./draft";

/** Why the command centre did not take a draft, in words. */
export function useWhy(): (refusal: Refusal) => string {
  const { t } = useTranslation();
  const term = useTerm();
  return ({ code, params }) => {
    if (code === "order_changed") {
      return t("tasks.changedBy", {
        by: params["by"] || t("tasks.theCentre"),
        action: term("order_action", params["action"] ?? ""),
        state: term("order_state", params["state"] ?? ""),
      });
    }
    if (code === "inspection_changed") return t("forms.changedBy", { by: params["by"] || t("tasks.theCentre") });
    if (code === "inspection_signed") return t("forms.signedBy", { name: params["by"] ?? "" });
    if (code === "bad_photograph") return term("photograph_fault", params["why"] ?? "");
    return isTerm("problem", code) ? term("problem", code) : t("error.withCode", { code });
  };
}

/** Writes a photograph into the phone's own folder of downloads. */
export function saveToPhone(jpeg: ArrayBuffer, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
  link.download = name;
  link.click();
  // Once the browser has taken it.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
