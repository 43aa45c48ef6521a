import { Button, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { MeetingView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { schoolName } from "../schools/schoolName";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { useChange } from "../ui/useChange";
import styles from "./meetings.module.css";
import { useCandidateOptions } from "./useCandidateOptions";

type Person = MeetingView["people"][number];

/** Who is invited, who of them is there, and who was when. */
export function People({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const may = useMay();
  const isOpen = meeting.is_host && meeting.state !== "ended";
  return (
    <>
      <section className={styles.box} data-testid="meeting-people">
        <h2 className={styles.heading}>{t("meeting.people")}</h2>
        <ul className={styles.people}>
          {meeting.people.map((each) => (
            <Invited key={each.username} meetingId={meeting.id} person={each} mayManage={isOpen} />
          ))}
        </ul>
        {isOpen && may("call_meetings") && <Invite meeting={meeting} />}
      </section>
      {meeting.entries.length > 0 && (
        <section className={styles.box} data-testid="meeting-entries">
          <h2 className={styles.heading}>{t("meeting.entries")}</h2>
          <ul className={styles.people}>
            {meeting.entries.map((each) => (
              <li key={`${each.username} ${each.came_at}`}>
                {each.username} <Exact moment={each.came_at} />
                {" – "}
                {each.left_at === null ? t("meeting.there") : <Exact moment={each.left_at} />}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Invited({ meetingId, person, mayManage }: { meetingId: number; person: Person; mayManage: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  const reads = { invalidates: [keys.meeting(meetingId)] };
  const admit = useChange(() => api.admitToMeeting(meetingId, person.username), reads);
  const remove = useChange(() => api.removeFromMeeting(meetingId, person.username), reads);
  const isOut = person.state === "removed";
  return (
    <li className={styles.person} data-testid="meeting-person">
      <span>{person.username}</span>
      <span className={styles.muted}>
        {[person.role && term("role", person.role), schoolName(person.school)].filter(Boolean).join(" · ")}
      </span>
      {person.is_host && <Tag>{t("meeting.host")}</Tag>}
      <Tag color={person.is_there ? "green" : "default"}>
        {person.is_there ? t("meeting.there") : term("meeting_person_state", person.state)}
      </Tag>
      {mayManage && (person.state === "waiting" || person.state === "invited") && (
        <Button size="small" type="primary" loading={admit.isPending} onClick={() => admit.mutate(undefined)} data-testid="meeting-admit">
          {t("meeting.admit")}
        </Button>
      )}
      {mayManage && !person.is_host && !isOut && (
        <Button size="small" loading={remove.isPending} onClick={() => remove.mutate(undefined)} data-testid="meeting-remove">
          {t("meeting.remove")}
        </Button>
      )}
    </li>
  );
}

function Invite({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string[]>([]);
  const invited = new Set(meeting.people.filter((each) => each.state !== "removed").map((each) => each.username));
  const options = useCandidateOptions().filter((each) => !invited.has(each.value));
  const invite = useChange((usernames: string[]) => api.inviteToMeeting(meeting.id, usernames), {
    invalidates: [keys.meeting(meeting.id)],
    onDone: () => setChosen([]),
  });
  return (
    <div className={styles.invite}>
      <Select
        mode="multiple"
        value={chosen}
        onChange={setChosen}
        options={options}
        optionFilterProp="label"
        placeholder={t("meeting.invite")}
        aria-label={t("meeting.invite")}
        className={styles.grow ?? ""}
      />
      <Button disabled={chosen.length === 0} loading={invite.isPending} onClick={() => invite.mutate(chosen)} data-testid="meeting-invite">
        {t("meeting.inviteOk")}
      </Button>
    </div>
  );
}
