import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button, DatePicker, Tooltip } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useRef, type ComponentRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { floorPercent } from "../footage/retention";
import type { RecordingDay } from "../http/types";
import { shiftDay } from "./day";
import styles from "./recordings.module.css";

const SHOWN_DAYS = 31;
const DAY = "YYYY-MM-DD";

interface Props {
  day: RecordingDay;
  today: string;
  onDay: (day: string) => void;
}

/** The days before, each with how complete it is; a day that nobody judged has no bar. */
export function DayPicker({ day, today, onDay }: Props) {
  const { t } = useTranslation();
  const calendar = useRef<ComponentRef<typeof DatePicker>>(null);
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
      <DatePicker
        ref={calendar}
        size="small"
        className={styles.date ?? ""}
        value={dayjs(day.day)}
        maxDate={dayjs(today)}
        format={DAY}
        allowClear={false}
        showNow={false}
        onChange={(chosen: Dayjs | null) => {
          if (chosen) onDay(chosen.format(DAY));
          // Keys belong to the player again.
          calendar.current?.blur();
        }}
        cellRender={(each, { type, originNode }) =>
          type === "date" && typeof each === "object" ? (
            <DayCell share={shareOf(known.get(each.format(DAY)))}>{originNode}</DayCell>
          ) : (
            originNode
          )
        }
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
          const share = shareOf(known.get(each));
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
                data-whole={isWhole(share)}
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

type Told = RecordingDay["days"][number];

/** How complete a day is, 0–1; null: nobody judged it. */
function shareOf(told: Told | undefined): number | null {
  return told && told.expected_s > 0 ? told.recorded_s / told.expected_s : null;
}

function isWhole(share: number | null): boolean {
  return share !== null && share >= 0.9999;
}

function DayCell({ share, children }: { share: number | null; children: ReactNode }) {
  return (
    <div className={styles.cell} data-told={share !== null} data-whole={isWhole(share)}>
      {children}
    </div>
  );
}
