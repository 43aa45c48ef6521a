import { ArrowLeftOutlined, MinusOutlined, PlusOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { Button, Skeleton, Tooltip } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";

import { CameraStateMark } from "../camera/CameraStateMark";
import { floorPercent, schoolTime } from "../footage/retention";
import { Problem } from "../http/problem";
import type { RecordingDay, ViewingReason } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useKeys } from "../keyboard/useKeys";
import { useMay } from "../session/policy";
import { formatDuration } from "../time/format";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { firstMoment, isRecorderUnsaid, nextStop, origins, rangeOf, shiftDay, showing, sums, within, zoom, type Range } from "./day";
import { DayPicker } from "./DayPicker";
import { EventList } from "./EventList";
import { PlayerPane } from "./PlayerPane";
import { ReasonDialog } from "./ReasonDialog";
import styles from "./recordings.module.css";
import { Timeline } from "./Timeline";
import { usePlayback } from "./usePlayback";
import { useRecordingDay, type When } from "./useRecordingDay";
import { schoolName } from "../schools/schoolName";

const STEP_MS = 10_000;

/** One camera's recordings, a day at a time. */
export function Component() {
  const { t } = useTranslation();
  const params = useParams();
  const id = params["id"] ?? params["key"] ?? "";
  const [search] = useSearchParams();
  const day = search.get("day");
  const at = search.get("at");
  const when: When = day ? { day } : at ? { at } : {};
  const query = useRecordingDay(id, when);

  if (query.isError && !query.data) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="recording-not-found"
        title={t("recordings.notFound")}
        text={t("recordings.notFoundText")}
        actions={
          <Link to="/cameras">
            <Button type="primary">{t("recordings.toCameras")}</Button>
          </Link>
        }
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("error.stillWorksRecordings")} />
    );
  }
  if (!query.data) {
    return (
      <div className={styles.waiting} aria-busy="true">
        <Skeleton active paragraph={{ rows: 12 }} />
      </div>
    );
  }
  return <Recordings key={id} day={query.data} asked={at ? Date.parse(at) : null} />;
}

function Recordings({ day, asked }: { day: RecordingDay; asked: number | null }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const [, setParams] = useSearchParams();
  usePageTitle(t("nav.recordings"), day.name, schoolName(day.school));
  const video = useRef<HTMLVideoElement>(null);
  const [reason, setReason] = useState<ViewingReason | null>(null);
  const [asking, setAsking] = useState(false);
  const playback = usePlayback(day.camera_key, video, reason);
  const whole = rangeOf(day);
  const [chosenView, setChosenView] = useState<{ day: string; view: Range } | null>(null);
  const view = chosenView?.day === day.day ? within(chosenView.view, whole) : whole;
  const setView = (next: Range) => setChosenView({ day: day.day, view: next });
  /** Where the cursor stands while nothing plays yet. */
  const [mark, setMark] = useState<number | null>(asked);
  const position = playback.position ?? mark;
  const cursor = position ?? firstMoment(day);
  const pending = useRef<number | null>(null);
  const isEmpty = day.spans.length === 0 && day.held.length === 0;
  const isUnsaid = isRecorderUnsaid(day);
  const canPlay = day.is_box_there && (!isEmpty || playback.status.kind !== "idle");

  const look = (at: number) => {
    const to = Math.min(Math.max(at, whole.from), whole.to - 1);
    setMark(to);
    setView(showing(view, whole, to));
    if (!canPlay) return;
    if (reason === null) {
      pending.current = to;
      setAsking(true);
    } else {
      playback.seek(to);
    }
  };
  const begin = () => look(cursor >= whole.from && cursor < whole.to ? cursor : firstMoment(day));
  // The order can be made only once the reason is there.
  const { seek } = playback;
  const latestSeek = useRef(seek);
  useEffect(() => {
    latestSeek.current = seek;
  });
  useEffect(() => {
    if (reason !== null && pending.current !== null) {
      latestSeek.current(pending.current);
      pending.current = null;
    }
  }, [reason]);

  const goDay = (next: string) => {
    setMark(null);
    setParams({ day: next });
  };
  const played = playback.position;
  useEffect(() => {
    // Playing goes on after midnight, and so does the page.
    if (played !== null && played >= whole.to && played < whole.to + 60_000) {
      setParams({ day: shiftDay(day.day, 1) }, { replace: true });
    }
  }, [played, whole.to, day.day, setParams]);

  const stop = (direction: -1 | 1) => {
    const found = nextStop(day, cursor, direction);
    if (found !== null) look(found);
  };
  const zoomBy = (factor: number) => setView(zoom(view, whole, factor, Math.min(Math.max(cursor, view.from), view.to)));
  useKeys({
    playPause: () => (playback.status.kind === "idle" ? begin() : playback.toggle()),
    frameBack: () => look(cursor - STEP_MS),
    frameForward: () => look(cursor + STEP_MS),
    pageBack: () => stop(-1),
    pageForward: () => stop(1),
    zoomIn: () => zoomBy(0.5),
    zoomOut: () => zoomBy(2),
  });

  const { recordedS, missingS, share } = sums(day);
  const today = schoolTime(day.as_of, day.time_zone).slice(0, 10);
  return (
    <article className={styles.page} data-testid="recording-page" data-source={day.source} data-day={day.day}>
      <header className={styles.head}>
        <Link to="/cameras" className={styles.back}>
          <ArrowLeftOutlined aria-hidden="true" /> {t("nav.cameras")}
        </Link>
        <h1 className={styles.title}>{day.name}</h1>
        <span className={styles.muted}>
          {[schoolName(day.school), day.location || day.camera_id].filter(Boolean).join(" · ")}
        </span>
        <CameraStateMark state={day.state} />
        {may("watch_live") && (
          <Link to={`/live?size=1&cameras=${day.camera_key}`} className={styles.door}>
            {t("cameras.watchLive")}
          </Link>
        )}
        <span className={styles.spacer} />
        {reason !== null && (
          <button type="button" className={styles.reason} onClick={() => setAsking(true)} data-testid="viewing-reason">
            {t("recordings.why.chip", { reason: term("viewing_reason", reason) })}
          </button>
        )}
      </header>
      {!day.is_box_there && (
        <p className={`${styles.notice} hatched`} role="status" data-testid="box-away">
          {t(day.source === "report" ? "recordings.awayReport" : "recordings.awayNothing", {
            at: day.footage_as_of ? schoolTime(day.footage_as_of, day.time_zone) : "",
          })}
        </p>
      )}
      {day.is_box_there && isUnsaid && (
        <p className={`${styles.notice} hatched`} role="status" data-testid="recorder-word">
          {day.recorder_trouble === null
            ? t("recordings.held.asking")
            : t("recordings.held.unsaid", { why: term("view_trouble", day.recorder_trouble) })}
        </p>
      )}
      {day.is_box_there && isEmpty && !isUnsaid && (
        <p className={styles.notice} role="status" data-testid="no-footage">
          <VideoCameraOutlined aria-hidden="true" />{" "}
          {t(day.source === "nobody" ? "recordings.neverRecorded" : "recordings.emptyDay")}
        </p>
      )}
      <div className={styles.columns}>
        <div className={styles.main}>
          <PlayerPane day={day} video={video} playback={playback} canPlay={canPlay} onBegin={begin} />
          <div className={styles.bar}>
            <DayPicker day={day} today={today} onDay={goDay} />
            <span className={styles.spacer} />
            <span className={styles.muted} data-testid="day-sums">
              {share === null
                ? t("recordings.noneTold")
                : t("recordings.sums", {
                    recorded: formatDuration(t, recordedS),
                    missing: formatDuration(t, missingS),
                    n: floorPercent(share),
                  })}
            </span>
            <span className={styles.zoom}>
              <Tooltip title={<>{t("recordings.zoomOut")} <kbd>{t("recordings.minus")}</kbd></>}>
                <Button size="small" icon={<MinusOutlined />} onClick={() => zoomBy(2)} aria-label={t("recordings.zoomOut")} data-testid="zoom-out" />
              </Tooltip>
              <Tooltip title={<>{t("recordings.zoomIn")} <kbd>{t("recordings.plus")}</kbd></>}>
                <Button size="small" icon={<PlusOutlined />} onClick={() => zoomBy(0.5)} aria-label={t("recordings.zoomIn")} data-testid="zoom-in" />
              </Tooltip>
            </span>
          </div>
          <Timeline day={day} view={view} onView={setView} position={position} onSeek={look} />
          <p className={styles.legend}>
            <span className={styles.key} data-kind="span" /> {t("recordings.legend.footage")}
            {day.held.length > 0 && (
              <>
                <span className={styles.key} data-kind="held" />{" "}
                <span data-testid="legend-held">
                  {t("recordings.held.by", { from: origins(day).join(t("recordings.held.joint")) })}
                </span>
              </>
            )}
            <span className={styles.key} data-kind="gap" /> {t("recordings.legend.gap")}
            <span className={`${styles.key} hatched`} data-kind="untold" /> {t("recordings.legend.untold")}
            <span className={styles.key} data-kind="looked" /> {t("recordings.legend.looked")}
            <span className={styles.key} data-kind="missed" /> {t("recordings.legend.missed")}
          </p>
        </div>
        <EventList day={day} onSeek={look} />
      </div>
      <ReasonDialog
        open={asking}
        onClose={() => {
          pending.current = null;
          setAsking(false);
        }}
        onReason={(why) => {
          setAsking(false);
          setReason(why);
        }}
      />
    </article>
  );
}
