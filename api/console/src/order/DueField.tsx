import { DatePicker } from "antd";
import dayjs from "dayjs";

import { serverNow } from "../time/serverClock";
import styles from "./order.module.css";

interface Props {
  id?: string;
  value?: string | null;
  onChange?: (value: string | null) => void;
  dueAt: string;
}

/** A deadline; untouched it is the one that is proposed. Apart, because the calendar is heavy. */
export default function DueField({ id, value, onChange, dueAt }: Props) {
  return (
    <DatePicker
      {...(id ? { id } : {})}
      className={styles.date ?? ""}
      showTime={{ format: "HH:mm" }}
      format="YYYY-MM-DD HH:mm"
      value={dayjs(value ?? dueAt)}
      onChange={(moment) => onChange?.(moment?.toISOString() ?? null)}
      disabledDate={(day) => day.isBefore(dayjs(serverNow()).startOf("day"))}
      data-testid="assign-due"
    />
  );
}
