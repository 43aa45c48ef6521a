import { VideoCameraOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import { useTerm } from "../i18n/terms";
import styles from "./meeting.module.css";
import { meetingTitle } from "./title";
import { useMeetings } from "./useMeetings";

/** That somebody waits for one in a meeting; not where meetings are looked at anyway. */
export function CalledBanner() {
  const { t } = useTranslation();
  const term = useTerm();
  const { pathname } = useLocation();
  const called = (useMeetings().data?.items ?? []).filter((each) => each.is_called && each.there_count > 0);
  const [first, ...more] = called;
  if (!first || pathname.startsWith("/meetings")) return null;
  return (
    <div className={styles.called} role="status" data-testid="called-banner">
      <VideoCameraOutlined aria-hidden="true" />
      <span>{t("meeting.called", { host: first.host, title: meetingTitle(first, term) })}</span>
      <Link to={`/meetings/${first.id}`}>{t("meeting.join")}</Link>
      {more.length > 0 && <Link to="/meetings">{t("meeting.calledMore", { count: more.length })}</Link>}
    </div>
  );
}
