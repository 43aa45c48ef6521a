import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { toProblem } from "../http/problem";
import { isTerm, useTerm } from "../i18n/terms";

/** Why a call failed, in the words of the vocabulary. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation();
  const term = useTerm();
  return useCallback(
    (error) => {
      const problem = toProblem(error, undefined);
      if (problem.unreachable) return t("error.unreachable");
      return isTerm("problem", problem.code)
        ? term("problem", problem.code)
        : t("error.withCode", { code: problem.code });
    },
    [t, term],
  );
}
