import { Select, Skeleton } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { doneOf } from "../firstHour/address";
import { Steps } from "../firstHour/Steps";
import { useFirstHour } from "../firstHour/useFirstHour";
import { VendorHelp } from "../firstHour/VendorHelp";
import { api } from "../http/api";
import { keys } from "../http/keys";
import { schoolName } from "../schools/schoolName";
import { useUrlFilter } from "../schools/useUrlFilter";
import { ErrorPanel } from "../ui/ErrorPanel";
import { Refresh } from "../ui/Refresh";
import { usePageTitle } from "../ui/usePageTitle";
import styles from "./settings/settings.module.css";

/** From a box's first word to its first reviewed alert. */
export function Component() {
  const { t } = useTranslation();
  const [inUrl, choose] = useUrlFilter("box");
  const boxes = useQuery({ queryKey: keys.boxes, queryFn: () => api.boxes() }).data?.items ?? [];
  const asked = Number(inUrl);
  const query = useFirstHour(Number.isSafeInteger(asked) && asked > 0 ? asked : null);
  usePageTitle(t("firstHour.title"));
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("firstHour.stillWorks")} />;
  if (!query.data) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 10 }} />;
  const { box_id: boxId, steps } = query.data;
  const usable = boxes.filter(({ id, state }) => state !== "revoked" || id === boxId);
  return (
    <div className={styles.page} data-testid="first-hour-page">
      <header className={styles.top}>
        <h1>{t("firstHour.title")}</h1>
        {usable.length > 1 && (
          <Select
            size="small"
            value={boxId}
            aria-label={t("firstHour.box")}
            options={usable.map(({ id, name, school }) => ({ value: id, label: `${schoolName(school)} · ${name}` }))}
            onChange={(id) => choose(String(id))}
            popupMatchSelectWidth={false}
            data-testid="first-hour-box"
          />
        )}
        <span className={styles.muted}>
          {t("firstHour.progress", { done: doneOf(steps), count: steps.length })}
        </span>
        <span className={styles.spacer} />
        <Refresh query={query} />
        {boxId !== null && <Link to={`/boxes/${boxId}/settings`}>{t("settings.title")}</Link>}
      </header>
      <p className={styles.muted}>{t("firstHour.text")}</p>
      <Steps view={query.data} />
      <section className={styles.panel}>
        <VendorHelp />
      </section>
    </div>
  );
}
