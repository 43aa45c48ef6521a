import { Alert } from "antd";
import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import { useMeetingEngine } from "../meeting/useMeetings";

/** Why no meeting can be held now, if none can. */
export function EngineNotice() {
  const { t } = useTranslation();
  const term = useTerm();
  const engine = useMeetingEngine().data;
  if (!engine || engine.state === "ready") return null;
  const isOff = engine.state === "off";
  return (
    <Alert
      type={isOff ? "info" : "warning"}
      showIcon
      title={[term("meeting_engine", engine.state), engine.version].filter(Boolean).join(" · ")}
      description={t(isOff ? "meeting.off" : "meeting.stillWorks")}
      data-testid="meeting-engine"
    />
  );
}
