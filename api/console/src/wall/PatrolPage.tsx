import {
  CaretRightOutlined,
  EyeInvisibleOutlined,
  LeftOutlined,
  PauseOutlined,
  StepForwardOutlined,
  VideoCameraOutlined,
} from "@ant-design/icons";
import { Alert, Button, Segmented, Tooltip } from "antd";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCameras } from "../camera/useCameras";
import { useExamTable } from "../exam/useExamTable";
import type { CameraView, SittingView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useKeys } from "../keyboard/useKeys";
import { schoolName } from "../schools/schoolName";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useSession } from "../session/useSession";
import { useNow } from "../time/useNow";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect } from "../ui/FilterSelect";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { LARGEST, SIZES, type Size } from "./layout";
import { LiveTile } from "./LiveTile";
import { DWELLS, nextRooms, ORDERS, partOf, wallOf, type Order } from "./patrol";
import { useFullScreen } from "./useFullScreen";
import { CAN_PROVE } from "./useShown";
import { useTelling } from "./useTelling";
import { useWall } from "./useWall";
import styles from "./wall.module.css";

/** Rooms of a session, some at a time; which of them were really seen is told to the centre. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("patrol.title"));
  const [examId] = useUrlFilter("exam");
  const [sessionId] = useUrlFilter("session");
  const [exam, session] = [Number(examId ?? 0), Number(sessionId ?? 0)];
  const table = useExamTable(exam, session);
  const cameras = useCameras();
  if (exam === 0 || session === 0) {
    return (
      <StatePanel
        testId="patrol-no-session"
        icon={<VideoCameraOutlined />}
        title={t("patrol.noSession")}
        text={t("patrol.noSessionText")}
      />
    );
  }
  const failed = [table, cameras].find((query) => query.isError && !query.data);
  if (failed) return <ErrorPanel query={failed} stillWorks={t("error.stillWorksCameras")} />;
  if (!table.data || !cameras.data) return <div className={styles.page} aria-busy="true" />;
  return (
    <Patrol
      key={session}
      examId={exam}
      sessionId={session}
      title={`${table.data.exam.name} · ${table.data.session.name}`}
      session={table.data.session}
      rows={table.data.items}
      cameras={cameras.data.items}
    />
  );
}

/** A room as its picture is named; one of several pictures by its camera, too. */
function titleOf(row: SittingView, camera: CameraView): string {
  const room = `${row.room} ${row.room_name} · ${schoolName(row.school)}`;
  return row.cameras.length > 1 ? `${room} · ${camera.name}` : room;
}

interface Props {
  examId: number;
  sessionId: number;
  title: string;
  session: { starts_at: string; ends_at: string; roster: string[] };
  rows: SittingView[];
  cameras: CameraView[];
}

function Patrol({ examId, sessionId, title, session, rows, cameras }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const me = useSession().data;
  const now = useNow();
  const fullScreen = useFullScreen();
  const [sizeText, setSize] = useUrlFilter("size");
  const [dwellText, setDwell] = useUrlFilter("dwell");
  const [orderText, setOrder] = useUrlFilter("order");
  const [rooms, setRooms] = useUrlFilter("rooms");
  const size: Size = SIZES.find((each) => String(each) === sizeText) ?? 9;
  const dwell = DWELLS.find((each) => String(each) === dwellText) ?? 20;
  const order: Order = ORDERS.find((each) => each === orderText) ?? "table";
  const own = partOf(rows, session.roster, me?.username ?? "");
  const known = new Map(cameras.map((camera) => [camera.id, camera]));
  const part = (rooms === "all" ? rows : own).map((row) => ({
    ...row,
    cameras: row.cameras.filter((key) => known.has(key)),
  }));
  const [isPaused, setPaused] = useState(false);
  const [current, setCurrent] = useState<readonly number[]>([]);
  const [selected, setSelected] = useState(0);
  const { onSeen, proven, refused, isLate } = useTelling(examId, sessionId);

  const turn = (from: readonly number[] = current) => {
    const seen = part.flatMap(({ id, shown }): [number, number][] =>
      shown.last_at === null ? [] : [[id, Date.parse(shown.last_at)]],
    );
    setCurrent(nextRooms(part, size, order, from, new Map(seen)));
  };
  // What was shown of other rooms, or of another number of them, is no beginning.
  const chosen = [size, order, rooms].join(" ");
  const [begun, setBegun] = useState("");
  if (begun !== chosen) {
    setBegun(chosen);
    turn([]);
  }
  const onTurn = useEffectEvent(() => turn());
  useEffect(() => {
    if (isPaused) return undefined;
    const timer = setInterval(() => onTurn(), dwell * 1000);
    return () => clearInterval(timer);
  }, [isPaused, dwell]);

  const tiles = part
    .filter(({ id }) => current.includes(id))
    .sort((a, b) => current.indexOf(a.id) - current.indexOf(b.id))
    .flatMap((row) => row.cameras.map((key) => ({ row, camera: known.get(key) })))
    .flatMap(({ row, camera }) => (camera ? [{ row, camera }] : []))
    .slice(0, LARGEST);
  const connection = useWall(tiles.map(({ camera }) => String(camera.id)));
  useKeys({
    pageForward: () => turn(),
    layout: () => setSize(String(SIZES[(SIZES.indexOf(size) + 1) % SIZES.length])),
    close: () => fullScreen.leave(),
  });
  const isRunning = now >= Date.parse(session.starts_at) && now < Date.parse(session.ends_at);
  const doubt = !CAN_PROVE
    ? t("patrol.cannotProve")
    : !isRunning
      ? t("patrol.notRunning")
      : isLate
        ? t("patrol.late")
        : refused && t("patrol.refused", { why: term("exam_not_counted", refused) });

  return (
    <div className={styles.page} data-testid="patrol-page">
      <header className={styles.bar}>
        <Link to={`/exams?exam=${examId}&session=${sessionId}`} aria-label={t("patrol.back")}>
          <LeftOutlined />
        </Link>
        <h1 className={styles.heading}>{title}</h1>
        <Segmented<Size>
          size="small"
          value={size}
          onChange={(value) => setSize(String(value))}
          options={SIZES.map((value) => ({ value, label: t("wall.size", { n: value }) }))}
        />
        <FilterSelect<string>
          allowClear={false}
          aria-label={t("patrol.dwell")}
          value={String(dwell)}
          onChange={(value: string | undefined) => setDwell(value ?? null)}
          options={DWELLS.map((value) => ({ value: String(value), label: t("patrol.dwellS", { n: value }) }))}
        />
        <FilterSelect<string>
          allowClear={false}
          popupMatchSelectWidth={false}
          aria-label={t("patrol.order")}
          value={order}
          onChange={(value: string | undefined) => setOrder(value ?? null)}
          options={ORDERS.map((value) => ({ value, label: t(`patrol.orders.${value}`) }))}
        />
        {own.length < rows.length && (
          <Segmented<string>
            size="small"
            value={rooms === "all" ? "all" : "own"}
            onChange={(value) => setRooms(value === "all" ? "all" : null)}
            options={[
              { value: "own", label: t("patrol.own", { n: own.length }) },
              { value: "all", label: t("patrol.all", { n: rows.length }) },
            ]}
          />
        )}
        <Button
          size="small"
          icon={isPaused ? <CaretRightOutlined /> : <PauseOutlined />}
          onClick={() => setPaused(!isPaused)}
          data-testid="patrol-pause"
        >
          {t(isPaused ? "patrol.goOn" : "patrol.pause")}
        </Button>
        <Button size="small" icon={<StepForwardOutlined />} onClick={() => turn()} data-testid="patrol-next">
          {t("patrol.next")}
        </Button>
        <span className={styles.spacer} />
        <Tooltip title={t("wall.loggedWhy")}>
          <span className={styles.logged}>
            <EyeInvisibleOutlined aria-hidden="true" /> {t("wall.logged")}
          </span>
        </Tooltip>
        <span className={styles.logged} role="status" data-testid="patrol-proven" data-rooms={proven.size}>
          {t("patrol.proven", { n: part.filter(({ id, shown }) => proven.has(id) || shown.times > 0).length, of: part.length })}
        </span>
      </header>
      {doubt && <Alert banner type="warning" title={doubt} data-testid="patrol-doubt" />}
      {tiles.length === 0 ? (
        <StatePanel
          testId="patrol-empty"
          icon={<VideoCameraOutlined />}
          title={t("patrol.none")}
          text={t("patrol.noneText")}
        />
      ) : (
        <div className={styles.grid} data-size={wallOf(Math.max(size, tiles.length))} data-testid="patrol">
          {tiles.map(({ row, camera }, channel) => (
            <LiveTile
              key={`${channel}/${row.id}/${camera.id}`}
              camera={camera}
              channel={channel}
              connection={connection}
              selected={channel === selected}
              onSelect={() => setSelected(channel)}
              onFullScreen={fullScreen.toggle}
              isFullScreen={fullScreen.active}
              title={titleOf(row, camera)}
              onSeen={(showing) => onSeen(row.id, camera.id, showing)}
            />
          ))}
        </div>
      )}
    </div>
  );
}
