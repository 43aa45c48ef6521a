import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";

import { StatePanel } from "../ui/StatePanel";

/** A page that failed to load or to draw; the rest of the console is one click away. */
export function Crash() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <StatePanel
      testId="crash"
      title={t("crash.title")}
      text={t("crash.text")}
      detail={error instanceof Error ? error.message : undefined}
      actions={
        <>
          <Button type="primary" onClick={() => window.location.reload()}>
            {t("action.reload")}
          </Button>
          <Button href="/">{t("action.toQueue")}</Button>
        </>
      }
    />
  );
}
