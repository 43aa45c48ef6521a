import { DisconnectOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { toProblem } from "../http/problem";
import { StatePanel } from "./StatePanel";

interface Props {
  /** What failed. */
  query: { error: unknown; isFetching: boolean; refetch: () => Promise<unknown> };
  /** What the user can still do meanwhile. */
  stillWorks: string;
  /** What is read again besides. */
  onRetry?: () => void;
}

/** Instead of a page that could not be read at all. */
export function ErrorPanel({ query, stillWorks, onRetry }: Props) {
  const { t } = useTranslation();
  const problem = toProblem(query.error, undefined);
  const retry = () => {
    void query.refetch();
    onRetry?.();
  };
  return (
    <StatePanel
      testId="error-panel"
      icon={problem.unreachable ? <DisconnectOutlined /> : <WarningOutlined />}
      title={t(problem.unreachable ? "error.unreachable" : "error.failed")}
      text={stillWorks}
      detail={problem.unreachable ? undefined : `${problem.status} ${problem.code}`}
      actions={
        <Button type="primary" onClick={retry} loading={query.isFetching} data-testid="retry">
          {t("action.retry")}
        </Button>
      }
    />
  );
}
