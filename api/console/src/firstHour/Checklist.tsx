import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { schoolName } from "../schools/schoolName";
import { ErrorPanel } from "../ui/ErrorPanel";
import styles from "./firstHour.module.css";
import { Steps } from "./Steps";
import { useFirstHour } from "./useFirstHour";

/** The first hour of the newest box that is not through, for whoever may go along it. */
export function Checklist() {
  const { t } = useTranslation();
  const query = useFirstHour(null);
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("firstHour.stillWorks")} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 7 }} />;
  const { box_id: boxId, box_name: name, school } = query.data;
  return (
    <section className={styles.checklist} data-testid="first-hour">
      {boxId !== null && (
        <p className={styles.muted}>
          {school && schoolName(school)} <code>{name}</code>
        </p>
      )}
      <Steps view={query.data} />
      <Link to={boxId === null ? "/first-hour" : `/first-hour?box=${boxId}`}>{t("firstHour.open")}</Link>
    </section>
  );
}
