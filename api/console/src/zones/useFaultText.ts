import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { fewest, MOST_POINTS, type Fault, type ShapeKind } from "./shapes";

/** What is wrong with a shape, as a sentence that says what to do. */
export function useFaultText(): (fault: Fault, kind: ShapeKind) => string {
  const { t } = useTranslation();
  return useCallback(
    (fault, kind) => {
      switch (fault.code) {
        case "few":
          return t(kind === "zone" ? "zones.fault.fewCorners" : "zones.fault.fewPoints", { count: fewest(kind) });
        case "many":
          return t("zones.fault.many", { count: MOST_POINTS });
        case "outside":
          return t("zones.fault.outside", { number: fault.at });
        case "flat":
          return t("zones.fault.flat");
        case "same":
          return t("zones.fault.same", { one: fault.at, other: fault.other });
        case "crossing":
          return t("zones.fault.crossing", { one: fault.edge.join("–"), other: fault.other.join("–") });
      }
    },
    [t],
  );
}
