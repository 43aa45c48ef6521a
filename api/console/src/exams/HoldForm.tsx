import { Button, DatePicker, Input } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { HoldWrite } from "../http/types";
import styles from "./exams.module.css";

/** Half a year: footage of exams is asked for that long. */
const USUAL_DAYS = 183;

interface Props {
  /** What the button says. */
  action: string;
  saving: boolean;
  onSave: (hold: HoldWrite) => void;
  testId: string;
}

/** Until when footage is held, and why. */
export function HoldForm({ action, saving, onSave, testId }: Props) {
  const { t } = useTranslation();
  const [until, setUntil] = useState(() => dayjs().add(USUAL_DAYS, "day").endOf("day"));
  const [reason, setReason] = useState("");
  return (
    <div className={styles.line}>
      <Input
        value={reason}
        maxLength={512}
        placeholder={t("exam.reason")}
        aria-label={t("exam.reason")}
        onChange={({ target }) => setReason(target.value)}
        data-testid={`${testId}-reason`}
      />
      <DatePicker
        allowClear={false}
        aria-label={t("exam.until")}
        minDate={dayjs()}
        value={until}
        onChange={(next) => next && setUntil(next.endOf("day"))}
      />
      <Button
        disabled={reason.trim().length < 2}
        loading={saving}
        onClick={() => onSave({ reason, until: until.toISOString() })}
        data-testid={testId}
      >
        {action}
      </Button>
    </div>
  );
}
