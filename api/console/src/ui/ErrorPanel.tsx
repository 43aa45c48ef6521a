import { DisconnectOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { toProblem } from "../http/problem";
import { StatePanel } from "./StatePanel";

interface Props {
  error: unknown;
  onRetry: () => void;
  /** What the user can still do meanwhile. */
  stillWorks: string;
  retrying?: boolean;
}

export function ErrorPanel({ error, onRetry, stillWorks, retrying }: Props) {
  const { t } = useTranslation();
  const problem = toProblem(error, undefined);
  return (
    <StatePanel
      testId="error-panel"
      icon={problem.unreachable ? <DisconnectOutlined /> : <WarningOutlined />}
      title={t(problem.unreachable ? "error.unreachable" : "error.failed")}
      text={stillWorks}
      detail={problem.unreachable ? undefined : `${problem.status} ${problem.code}`}
      actions={
        <Button type="primary" onClick={onRetry} loading={retrying ?? false} data-testid="retry">
          {t("action.retry")}
        </Button>
      }
    />
  );
}
