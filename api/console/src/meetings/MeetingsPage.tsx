import { PlusOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { MeetingSummary } from "../http/types";
import { useTerm } from "../i18n/terms";
import { meetingTitle } from "../meeting/title";
import { useMeetings } from "../meeting/useMeetings";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { EngineNotice } from "./EngineNotice";
import styles from "./meetings.module.css";
import { NewMeeting } from "./NewMeeting";

/** One's own meetings: open ones first, then those to come and those that ended. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useMeetings();
  const [making, setMaking] = useState(false);
  usePageTitle(t("nav.meetings"));
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("meeting.stillWorks")} />;
  }
  const rows = query.data?.items ?? [];
  return (
    <div data-testid="meetings-page">
      <ListBar title={t("nav.meetings")} query={query}>
        <span className={styles.muted}>{t("meeting.what")}</span>
        {may("call_meetings") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)} data-testid="meeting-new">
            {t("meeting.new")}
          </Button>
        )}
      </ListBar>
      <div className={styles.page}>
        <EngineNotice />
        {query.data && rows.length === 0 ? (
          <StatePanel
            testId="no-meetings"
            icon={<VideoCameraOutlined />}
            title={t("meeting.none")}
            text={t("meeting.noneText")}
          />
        ) : (
          <ul className={styles.list}>
            {rows.map((each) => (
              <Row key={each.id} meeting={each} />
            ))}
          </ul>
        )}
      </div>
      {making && <NewMeeting onClose={() => setMaking(false)} />}
    </div>
  );
}

function Row({ meeting }: { meeting: MeetingSummary }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <li className={styles.row} data-testid="meeting-row">
      <Link to={`/meetings/${meeting.id}`} className={styles.rowTitle}>
        {meetingTitle(meeting, term)}
      </Link>
      <Tag color={meeting.state === "open" ? "blue" : "default"}>{term("meeting_state", meeting.state)}</Tag>
      <span className={styles.muted}>
        {term("meeting_reason", meeting.reason)} · {t("meeting.host")} {meeting.host} ·{" "}
        <Exact moment={meeting.starts_at} />
      </span>
      <span className={styles.muted}>
        {t("meeting.there")} {t("meeting.thereOf", { there: meeting.there_count, people: meeting.people_count })}
      </span>
    </li>
  );
}
