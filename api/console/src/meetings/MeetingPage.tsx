import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Popconfirm, Skeleton, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { MeetingView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { meetingTitle } from "../meeting/title";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { useProblemText } from "../ui/problemText";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import { Beside } from "./Beside";
import { EngineNotice } from "./EngineNotice";
import styles from "./meetings.module.css";
import { People } from "./People";
import { Room } from "./Room";
import { useRoom } from "./useRoom";

const READ_AGAIN_MS = 5000;

/** One meeting: its room, what it is about, who is there and who was. */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const id = Number(useParams().id);
  const query = useQuery({
    queryKey: keys.meeting(id),
    queryFn: () => api.meeting(id),
    refetchInterval: ({ state }) => (state.data?.state === "ended" ? false : READ_AGAIN_MS),
  });
  const meeting = query.data;
  usePageTitle(meeting ? meetingTitle(meeting, term) : t("nav.meetings"));
  if (query.isError && !meeting) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="meeting-not-found"
        title={t("meeting.notFound")}
        text={t("meeting.notFoundText")}
        actions={<Link to="/meetings">{t("meeting.toList")}</Link>}
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("meeting.stillWorks")} />
    );
  }
  if (!meeting) {
    return (
      <div className={styles.waiting} aria-busy="true">
        <Skeleton active paragraph={{ rows: 10 }} />
      </div>
    );
  }
  return <Meeting key={meeting.id} meeting={meeting} />;
}

function Meeting({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const place = useRoom(meeting.id);
  const end = useChange(() => api.endMeeting(meeting.id), { invalidates: [keys.meetings] });
  return (
    <article className={styles.meeting} data-testid="meeting-page">
      <header className={styles.head}>
        <Link to="/meetings" className={styles.back}>
          <ArrowLeftOutlined aria-hidden="true" /> {t("nav.meetings")}
        </Link>
        <h1 className={styles.title}>{meetingTitle(meeting, term)}</h1>
        <Tag color={meeting.state === "open" ? "blue" : "default"}>{term("meeting_state", meeting.state)}</Tag>
        <span className={styles.muted}>
          {term("meeting_reason", meeting.reason)} · {t("meeting.host")} {meeting.host} ·{" "}
          <Exact moment={meeting.starts_at} /> · {t("meeting.unrecorded")}
        </span>
        {meeting.is_host && meeting.state !== "ended" && (
          <Popconfirm title={t("meeting.endSure")} onConfirm={() => end.mutate(undefined)}>
            <Button danger loading={end.isPending} data-testid="meeting-end">
              {t("meeting.end")}
            </Button>
          </Popconfirm>
        )}
      </header>
      <div className={styles.columns}>
        <div className={styles.main}>
          {place.phase === "in" ? <Room place={place} /> : <Door meeting={meeting} place={place} />}
        </div>
        <aside className={styles.side}>
          <Beside meeting={meeting} />
          <People meeting={meeting} />
        </aside>
      </div>
    </article>
  );
}

/** Before one is in, and after. */
function Door({ meeting, place }: { meeting: MeetingView; place: ReturnType<typeof useRoom> }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { phase, room, trouble, enter, leave } = place;
  const isOver = meeting.state === "ended";
  return (
    <section className={styles.door} data-testid="meeting-door">
      <EngineNotice />
      {room.ending && !isOver && (
        <p role="status" data-testid="meeting-ending">
          {t(`meeting.${room.ending}`)}
        </p>
      )}
      {isOver && <p role="status">{t("meeting.ended")}</p>}
      {trouble && (
        <Alert
          type="error"
          showIcon
          title={trouble.code === "conflict" ? t("meeting.notYet") : problemText(trouble)}
          data-testid="meeting-trouble"
        />
      )}
      {phase === "waiting" && (
        <>
          <p role="status" data-testid="meeting-waiting">
            {t("meeting.waiting")}
          </p>
          <Button onClick={leave}>{t("action.cancel")}</Button>
        </>
      )}
      {phase !== "waiting" && !isOver && (
        <Button
          type="primary"
          size="large"
          loading={phase === "entering"}
          onClick={() => void enter()}
          data-testid="meeting-enter"
        >
          {t(room.ending ? "meeting.again" : "meeting.enter")}
        </Button>
      )}
    </section>
  );
}
