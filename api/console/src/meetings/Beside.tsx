import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { AlertDetail, MeetingView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { CameraPlace, placeOf } from "../schools/CameraPlace";
import { useMay, usePictures } from "../session/policy";
import styles from "./meetings.module.css";

/** What the meeting is about: the alert's picture with people blurred, as far as it is one's to see. */
export function Beside({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const may = useMay();
  const isTheirs = meeting.alert_id !== null && may("view_alerts");
  const { data, isError } = useQuery({
    queryKey: keys.alert(meeting.alert_id ?? ""),
    queryFn: () => api.alert(meeting.alert_id ?? ""),
    enabled: isTheirs,
    retry: false,
  });
  if (meeting.order_id !== null) {
    return (
      <section className={styles.box}>
        <Link to={`/orders/${meeting.order_id}`}>{t("meeting.toOrder")}</Link>
      </section>
    );
  }
  if (meeting.alert_id === null) return null;
  return (
    <section className={styles.box} data-testid="meeting-alert">
      {data ? <Picture alert={data} /> : (isError || !isTheirs) && <p>{t("meeting.noStill")}</p>}
    </section>
  );
}

function Picture({ alert: found }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  const alert = usePictures(found);
  return (
    <>
      <h2 className={styles.heading}>{term("rules", alert.rule)}</h2>
      <CameraPlace camera={placeOf(alert)} more={alert.zone} />
      {alert.snapshot_url ? (
        <figure>
          <img src={alert.snapshot_url} alt={t("meeting.still")} className={styles.still} />
          <figcaption className={styles.muted}>{t("meeting.still")}</figcaption>
        </figure>
      ) : (
        <p>{t("meeting.noStill")}</p>
      )}
      <Link to={`/alerts/${alert.id}`} target="_blank">
        {t("meeting.toAlert")}
      </Link>
    </>
  );
}
