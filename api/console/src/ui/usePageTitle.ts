import { useEffect } from "react";
import { useTranslation } from "react-i18next";

/** Names the browser's tab after what it shows: ten open alerts must be told apart. */
export function usePageTitle(...parts: readonly (string | undefined)[]): void {
  const { t } = useTranslation();
  const title = [...parts.filter(Boolean), t("brand.title")].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
