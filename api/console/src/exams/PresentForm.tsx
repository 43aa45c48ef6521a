import { Button, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { SittingView } from "../http/types";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";

/** How many came: a number, nobody's name. */
export function PresentForm({ row }: { row: SittingView }) {
  const { t } = useTranslation();
  const [present, setPresent] = useState<number | null>(row.present);
  const save = useChange(() => api.putPresent(row.id, present), { invalidates: [keys.examTables] });
  return (
    <section className={styles.step}>
      <label htmlFor={`present-${row.id}`}>{t("exam.presentOf", { expected: row.expected, seats: row.seats })}</label>
      <div className={styles.line}>
        <InputNumber
          id={`present-${row.id}`}
          min={0}
          max={row.seats}
          precision={0}
          value={present}
          onChange={setPresent}
          data-testid="sitting-present"
        />
        <Button
          onClick={() => save.mutate(undefined)}
          loading={save.isPending}
          disabled={present === row.present}
          data-testid="sitting-present-save"
        >
          {t("action.save")}
        </Button>
      </div>
    </section>
  );
}
