import { DisconnectOutlined, WarningOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";

import { api } from "../http/api";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";

/**
 * In the place of one page that could not be loaded or drawn; the bar above it and all that was
 * loaded go on. Browsers remember a piece of code that did not arrive, so trying again is a reload,
 * made only once the server answers: a reload without it would lose the rest too.
 */
export function PageCrash() {
  const { t } = useTranslation();
  const error = useRouteError();
  const retry = useMutation({
    mutationFn: () => api.health(),
    onSuccess: () => window.location.reload(),
  });
  usePageTitle(t("crash.title"));
  return (
    <StatePanel
      testId="page-crash"
      icon={retry.isError ? <DisconnectOutlined /> : <WarningOutlined />}
      title={t(retry.isError ? "error.unreachable" : "crash.pageTitle")}
      text={t("crash.pageText")}
      detail={error instanceof Error ? error.message : undefined}
      actions={
        <Button
          type="primary"
          onClick={() => retry.mutate()}
          loading={retry.isPending}
          data-testid="page-retry"
        >
          {t("action.retry")}
        </Button>
      }
    />
  );
}
