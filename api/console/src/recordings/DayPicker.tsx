import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import { floorPercent } from "../compliance/retention";
import type { RecordingDay } from "../http/types";
import { shiftDay } from "./day";
import styles from "./recordings.module.css";

const SHOWN_DAYS = 31;

interface Props {
  day: RecordingDay;
  today: string;
  onDay: (day: string) => void;
}

/** The days before, each with how complete it is; a day that nobody judged has no bar. */
export function DayPicker({ day, today, onDay }: Props) {
  const { t } = useTranslation();
  const known = new Map(day.days.map((each) => [each.day, each]));
  const days = Array.from({ length: SHOWN_DAYS }, (_, index) => shiftDay(today, index - SHOWN_DAYS + 1));
  return (
    <div className={styles.days}>
      <Button
        size="small"
        icon={<LeftOutlined />}
        onClick={() => onDay(shiftDay(day.day, -1))}
        aria-label={t("recordings.dayBack")}
        data-testid="day-back"
      />
      <input
        type="date"
        className={styles.date}
        value={day.day}
        max={today}
        onChange={(event) => event.target.value && onDay(event.target.value)}
        aria-label={t("recordings.day")}
        data-testid="day"
      />
      <Button
        size="small"
        icon={<RightOutlined />}
        disabled={day.day >= today}
        onClick={() => onDay(shiftDay(day.day, 1))}
        aria-label={t("recordings.dayForward")}
        data-testid="day-forward"
      />
      <div className={styles.strip} role="group" aria-label={t("recordings.completeness")}>
        {days.map((each) => {
          const told = known.get(each);
          const share = told && told.expected_s > 0 ? told.recorded_s / told.expected_s : null;
          const words =
            share === null
              ? t("recordings.dayUntold", { day: each })
              : t("recordings.dayShare", { day: each, n: floorPercent(share) });
          return (
            <Tooltip key={each} title={words}>
              <button
                type="button"
                className={styles.dayMark}
                data-chosen={each === day.day}
                data-whole={share !== null && share >= 0.9999}
                aria-label={words}
                aria-pressed={each === day.day}
                onClick={() => onDay(each)}
                data-testid="day-mark"
              >
                {share === null ? (
                  <span className={`${styles.dayUntold} hatched`} />
                ) : (
                  <span className={styles.dayBar} style={{ height: `${Math.max(4, share * 100)}%` }} />
                )}
              </button>
            </Tooltip>
          );
        })}
      </div>
    </div>
  );
}
