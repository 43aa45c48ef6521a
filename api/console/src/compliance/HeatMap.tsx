import { type CSSProperties, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { floorDays, floorPercent } from "../footage/retention";
import type { CameraDays } from "../http/types";
import { useTerm } from "../i18n/terms";
import { usePreferences } from "../ui/preferences";
import { type Day, daysOf, type Run, runsOf, step, weekdayOf } from "./heat";
import styles from "./heat.module.css";
import { KindMark } from "./KindMark";
import { kindOf } from "./kinds";

/** Up to so many days their shares stand in the cells; more are too narrow. */
const WITH_SHARES = 31;
const SIGNS = { ok: "", gap: "×", recovered: "+", unknown: "" } as const;

interface Props {
  cameras: readonly CameraDays[];
  days: readonly string[];
}

/** Cameras by days. One stop of the Tab key; the arrows lead from cell to cell. */
export function HeatMap({ cameras, days }: Props) {
  const { t } = useTranslation();
  const grid = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<[number, number]>([1, days.length - 1]);
  const rows = cameras.length + 1;
  const current: [number, number] = [Math.min(at[0], rows - 1), Math.min(at[1], days.length - 1)];
  const stop = (row: number, column: number) => (row === current[0] && column === current[1] ? 0 : -1);
  const move = (event: KeyboardEvent) => {
    const [row, column] = current;
    const next = step(event.key, row, column, rows, days.length);
    if (!next) return;
    event.preventDefault();
    setAt(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.join("-")}"]`)?.focus();
  };
  const isNarrow = days.length > WITH_SHARES;
  return (
    <div className={styles.scroll}>
      {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its cells have the focus */}
      <div
        ref={grid}
        role="grid"
        aria-label={t("compliance.map")}
        className={styles.map}
        data-narrow={isNarrow}
        data-testid="heat-map"
        style={{ "--days": days.length, "--weekday": weekdayOf(days[0] ?? "") + 1 } as CSSProperties}
        onKeyDown={move}
      >
        <div role="row" className={`${styles.row} ${styles.head}`}>
          <div role="columnheader" className={styles.name}>
            {t("retention.camera")}
          </div>
          {days.map((day, column) => (
            <div key={day} role="columnheader" className={styles.day} data-month={day.endsWith("-01")}>
              <DayLink
                day={day}
                label={t("compliance.openDay", { day })}
                cell={[0, column]}
                tabIndex={stop(0, column)}
                onFocus={() => setAt([0, column])}
              >
                {day.slice(8)}
              </DayLink>
            </div>
          ))}
        </div>
        {cameras.map((camera, index) => (
          <CameraRow
            key={camera.camera_key}
            camera={camera}
            days={daysOf(camera, days)}
            row={index + 1}
            isNarrow={isNarrow}
            stop={stop}
            onCell={setAt}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  camera: CameraDays;
  days: readonly Day[];
  row: number;
  isNarrow: boolean;
  stop: (row: number, column: number) => number;
  onCell: (at: [number, number]) => void;
}

function CameraRow({ camera, days, row, isNarrow, stop, onCell }: RowProps) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const words = useDayWords();
  return (
    <div role="row" className={styles.row} data-testid="heat-row" data-camera-id={camera.camera_id}>
      <div role="rowheader" className={styles.name}>
        <strong>{camera.name}</strong>
        <div className={styles.facts}>
          <KindMark kind={kindOf(camera)} />{" "}
          {camera.state !== "unknown" &&
            t("compliance.facts", {
              n: floorPercent(camera.completeness),
              days: floorDays(camera.proven_days),
            })}
        </div>
        {camera.comment[language] && (
          <div className={styles.facts} data-testid="camera-comment">
            {camera.comment[language]}
          </div>
        )}
      </div>
      {days.map((each, column) => (
        <div
          key={each.day}
          role="gridcell"
          className={styles.cell}
          data-month={each.day.endsWith("-01")}
          data-first={column === 0}
        >
          <DayLink
            day={each.day}
            camera={camera.camera_key}
            label={`${camera.name} ${words(each)}`}
            cell={[row, column]}
            tone={each.tone}
            tabIndex={stop(row, column)}
            onFocus={() => onCell([row, column])}
          >
            <span className={styles.date} aria-hidden="true">
              {each.day.slice(8)}
            </span>
            <span className={styles.sign} data-sign={sign(each, isNarrow)} />
          </DayLink>
        </div>
      ))}
    </div>
  );
}

function sign({ tone, share }: Day, isNarrow: boolean): string {
  // Down: 99.9 % is not a whole day.
  return tone === "gap" && !isNarrow ? String(Math.floor((share ?? 0) * 100)) : SIGNS[tone];
}

interface LinkProps {
  day: string;
  camera?: number;
  label: string;
  cell: [number, number];
  tone?: Day["tone"];
  tabIndex: number;
  onFocus: () => void;
  children: React.ReactNode;
}

/** Opens the verdict of the day; the page's own filters stay. */
function DayLink({ day, camera, label, cell, tone, tabIndex, onFocus, children }: LinkProps) {
  const [params] = useSearchParams();
  const next = new URLSearchParams(params);
  next.set("day", day);
  if (camera === undefined) next.delete("camera");
  else next.set("camera", String(camera));
  return (
    <Link
      to={`?${next.toString()}`}
      className={tone === "unknown" ? "hatched" : undefined}
      data-tone={tone}
      data-cell={cell.join("-")}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      onFocus={onFocus}
    >
      {children}
    </Link>
  );
}

/** A day in words: what is there of it, and what was said of it then. */
function useDayWords(): (day: Day) => string {
  const { t } = useTranslation();
  const term = useTerm();
  return ({ day, tone, share, judged }) => {
    const said = [`${day} ${t(`compliance.tone.${tone}`)}`];
    if (tone === "gap") said.push(t("retention.percent", { n: floorPercent(share ?? 0) }));
    if (judged) said.push(t("compliance.then", { state: term("retention_state", judged.state) }));
    return said.join(t("coverage.joint"));
  };
}

export function Legend({ days }: { days: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <p className={styles.legend}>
      <strong>{t("compliance.span", { from: days[0], until: days.at(-1) })}</strong>
      {(["ok", "gap", "recovered", "unknown"] as const).map((tone) => (
        <span key={tone}>
          <span
            className={tone === "unknown" ? `${styles.key} hatched` : styles.key}
            data-tone={tone}
            aria-hidden="true"
          >
            {SIGNS[tone]}
          </span>{" "}
          {t(`compliance.tone.${tone}`)}
        </span>
      ))}
    </p>
  );
}

/** The same in words, for whoever hears the page or has no colours. */
export function InWords({ cameras, days }: Props) {
  const { t } = useTranslation();
  return (
    <details className={styles.words} data-testid="heat-words">
      <summary>{t("compliance.inWords")}</summary>
      <ul>
        {cameras.map((camera) => (
          <li key={camera.camera_key}>
            <strong>{camera.name}</strong> <Runs runs={runsOf(daysOf(camera, days))} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Runs({ runs }: { runs: readonly Run[] }) {
  const { t } = useTranslation();
  if (runs.length === 0) return <>{t("compliance.allWhole")}</>;
  return (
    <>
      {runs
        .map(({ from, until, tone, share }) =>
          [
            from === until ? from : t("compliance.span", { from, until }),
            t(`compliance.tone.${tone}`),
            ...(tone === "gap" ? [t("compliance.atLeast", { n: floorPercent(share ?? 0) })] : []),
          ].join(" "),
        )
        .join(t("compliance.semicolon"))}
    </>
  );
}
