import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { SittingView } from "../http/types";
import { formatClock } from "../time/format";
import styles from "./exams.module.css";
import { Shown } from "./SittingTable";

/** When a room was seen on a screen, and by whom. */
export function ShowingList({ row }: { row: SittingView }) {
  const { t } = useTranslation();
  const list = useQuery({
    queryKey: [...keys.examShowings(row.id), row.shown.last_at],
    queryFn: () => api.examShowings(row.id),
    enabled: row.shown.times > 0,
  });
  return (
    <section className={styles.step}>
      <h3>{t("exam.shown")}</h3>
      <Shown shown={row.shown} />
      {list.data && (
        <ul className={styles.showings} data-testid="showings">
          {list.data.items.map(({ username, camera_id, from_at, to_at }) => (
            <li key={`${username} ${camera_id} ${from_at} ${to_at}`} className={styles.muted}>
              {formatClock(from_at)}–{formatClock(to_at)} {username} {camera_id}
            </li>
          ))}
        </ul>
      )}
      {list.data && list.data.total > list.data.items.length && (
        <p className={styles.muted}>{t("exam.showingsMore", { total: list.data.total })}</p>
      )}
    </section>
  );
}
