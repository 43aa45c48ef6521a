import { Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { SittingView } from "../http/types";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";

/** What is red becomes a work order, due before the session begins. */
export function OrderForm({ row, startsAt }: { row: SittingView; startsAt: string }) {
  const { t } = useTranslation();
  const [due, setDue] = useState(() => dayjs(startsAt).subtract(2, "hour"));
  const give = useChange(() => api.orderSitting(row.id, due.toISOString()), {
    invalidates: [keys.examTables, keys.orderLists],
  });
  return (
    <section className={styles.step}>
      <p>{t("exam.orderHint")}</p>
      <div className={styles.line}>
        <DatePicker
          showTime={{ format: "HH:mm" }}
          allowClear={false}
          aria-label={t("exam.due")}
          maxDate={dayjs(startsAt)}
          value={due}
          onChange={(next) => next && setDue(next)}
        />
        <Button type="primary" onClick={() => give.mutate(undefined)} loading={give.isPending} data-testid="sitting-order">
          {t("exam.give")}
        </Button>
      </div>
    </section>
  );
}
