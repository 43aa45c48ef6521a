import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { Problem, toProblem } from "../../http/problem";
import { useTerm } from "../../i18n/terms";
import { useProblemText } from "../../ui/problemText";

export const ACCEPTED = "image/png,image/jpeg,image/webp";
/** What the server takes. */
const MOST_BYTES = 10 * 1024 * 1024;

/** A picture that the server will look at; more would be sent for nothing. */
export function sendable(file: File): File {
  if (file.size > MOST_BYTES) throw new Problem("too_large", 413, "");
  return file;
}

/** Why a picture was not taken, and what to do instead. */
export function usePictureFault(): (error: unknown) => string {
  const { t } = useTranslation();
  const term = useTerm();
  const problemText = useProblemText();
  return useCallback(
    (error) => {
      const { code, params } = toProblem(error, undefined);
      if (code === "bad_plan_picture") return term("plan_picture_fault", params["why"] ?? "");
      if (code === "too_large") return t("plan.tooLarge");
      if (code === "taken") return t("plan.titleTaken");
      return problemText(error);
    },
    [t, term, problemText],
  );
}
