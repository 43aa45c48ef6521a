import { Button, Tag } from "antd";
import { useTranslation } from "react-i18next";

import type { SessionView } from "../http/types";
import { Ago, Moment } from "../time/TimeText";
import { WideTable } from "../ui/WideTable";
import { deviceOf } from "./device";

interface Props {
  sessions: SessionView[] | undefined;
  /** Without it they are only shown. */
  onEnd?: (session: SessionView) => void;
}

/** Where somebody is signed in. */
export function SessionTable({ sessions, onEnd }: Props) {
  const { t } = useTranslation();
  return (
    <WideTable<SessionView>
      rowKey="session_id"
      size="small"
      loading={sessions === undefined}
      dataSource={sessions ?? []}
      pagination={false}
      locale={{ emptyText: t("sessions.none") }}
      data-testid="sessions"
      columns={[
        {
          title: t("sessions.device"),
          dataIndex: "user_agent",
          render: (userAgent: string, session) => (
            <span title={userAgent}>
              {deviceOf(userAgent) || t("sessions.unknownDevice")}{" "}
              {session.is_current && <Tag color="blue">{t("sessions.current")}</Tag>}
            </span>
          ),
        },
        { title: t("sessions.address"), dataIndex: "client" },
        {
          title: t("sessions.lastUsed"),
          dataIndex: "last_used_at",
          render: (moment: string) => <Ago moment={moment} />,
        },
        {
          title: t("sessions.since"),
          dataIndex: "created_at",
          render: (moment: string) => <Moment moment={moment} />,
        },
        ...(onEnd
          ? [
              {
                key: "end",
                render: (_: unknown, session: SessionView) =>
                  !session.is_current && (
                    <Button size="small" onClick={() => onEnd(session)} data-testid="end-session">
                      {t("sessions.end")}
                    </Button>
                  ),
              },
            ]
          : []),
      ]}
    />
  );
}
