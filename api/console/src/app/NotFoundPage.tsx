import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";

export function NotFoundPage() {
  const { t } = useTranslation();
  usePageTitle(t("notFound.title"));
  return (
    <StatePanel
      testId="not-found"
      title={t("notFound.title")}
      text={t("notFound.text")}
      actions={
        <>
          <Link to="/">
            <Button type="primary">{t("action.toQueue")}</Button>
          </Link>
          <Link to="/cameras">
            <Button>{t("nav.cameras")}</Button>
          </Link>
        </>
      }
    />
  );
}
