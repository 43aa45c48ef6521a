import { VideoCameraOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { MeetingReason } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { useChange } from "../ui/useChange";
import { useMeetingEngine } from "./useMeetings";

interface Props {
  about: { alert_id: string } | { order_id: number };
}

/** Whoever of a school has one of these and may know of the matter is called. */
const CONCERNED = ["school_manager", "school_canteen", "school_security"] as const;

/** A reason is chosen, and the room is open with the people concerned; not shown where there is no engine. */
export function CallMeeting({ about }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const navigate = useNavigate();
  const isTheirs = may("call_meetings");
  const engine = useMeetingEngine(isTheirs).data;
  const call = useChange(
    (reason: MeetingReason) => api.callMeeting({ ...about, reason, roles: [...CONCERNED] }),
    { invalidates: [keys.meetings], onDone: (made) => void navigate(`/meetings/${made.id}`) },
  );
  if (!isTheirs || engine === undefined || engine.state === "off") return null;
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: termIds("meeting_reason").map((reason) => ({ key: reason, label: term("meeting_reason", reason) })),
        onClick: ({ key }) => call.mutate(key as MeetingReason),
      }}
    >
      <Button
        icon={<VideoCameraOutlined />}
        loading={call.isPending}
        title={t("meeting.callReason")}
        aria-haspopup="menu"
        data-testid="call-meeting"
      >
        {t("meeting.call")}
      </Button>
    </Dropdown>
  );
}
