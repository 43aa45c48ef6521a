import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  DisconnectOutlined,
  PlusOutlined,
  QuestionCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCameras } from "../camera/useCameras";
import { api } from "../http/api";
import { keys } from "../http/keys";
import type { BoxCode, BoxView, CameraView } from "../http/types";
import { isTerm, useTerm } from "../i18n/terms";
import { useUrlFilter } from "../schools/useUrlFilter";
import { Ago, Moment } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect } from "../ui/FilterSelect";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { StateMark } from "../ui/StateMark";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import { boxState, BOX_STATES, type BoxShown, lowered } from "./box";
import styles from "./boxes.module.css";
import { CodeDialog } from "./CodeDialog";
import { NewBoxDialog } from "./NewBoxDialog";
import { readSoftware, runs, softwareCounts, type SoftwareFilter, wireOf, writeSoftware } from "./software";
import { TakeOverDialog } from "./TakeOverDialog";
import { WorkerFacts } from "./WorkerFacts";
import { schoolName } from "../schools/schoolName";

const POLL_MS = 10_000;
type Filter = "all" | BoxShown;

/** Each machine at a school that may report: how it is, and who it is. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("keeping.boxes"));
  const query = useQuery({
    queryKey: keys.boxes,
    queryFn: () => api.boxes(),
    refetchInterval: POLL_MS,
  });
  const cameras = useCameras().data?.items ?? [];
  const [stateInUrl, setState] = useUrlFilter("state");
  const [softwareInUrl, setSoftware] = useUrlFilter("software");
  const [adding, setAdding] = useState(false);
  const [code, setCode] = useState<BoxCode | null>(null);
  const [taking, setTaking] = useState<BoxView | null>(null);
  const filter: Filter = BOX_STATES.find((state) => state === stateInUrl) ?? "all";

  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const all = query.data?.items ?? [];
  const centre = query.data?.contract_version ?? 0;
  const software = readSoftware(softwareInUrl);
  const counts = query.data ? softwareCounts(query.data) : [];
  const looked = software === null ? all : all.filter((box) => runs(box, software, centre));
  const isIn = (box: BoxView, each: Filter) => each === "all" || boxState(box) === each;
  const shown = looked.filter((box) => isIn(box, filter));
  const named = (each: SoftwareFilter) => (typeof each === "string" ? t(`boxes.wire.${each}`) : each.version);
  return (
    <div data-testid="boxes-page">
      <ListBar
        title={t("keeping.boxes")}
        query={query}
        actions={
          <Button
            size="small"
            type="primary"
            icon={<PlusOutlined />}
            onClick={() => setAdding(true)}
            data-testid="add-box"
          >
            {t("boxes.add")}
          </Button>
        }
      >
        <CountedTabs
          value={filter}
          onChange={(next) => setState(next === "all" ? null : next)}
          tabs={(["all", ...BOX_STATES] as const).map((each) => ({
            value: each,
            name: t(`boxes.states.${each}`),
            count: looked.filter((box) => isIn(box, each)).length,
          }))}
          testId="box-filter"
        />
        {(counts.length > 0 || software !== null) && (
          <FilterSelect<string>
            aria-label={t("boxes.software")}
            placeholder={t("boxes.software")}
            value={software && writeSoftware(software)}
            onChange={(next: string | undefined) => setSoftware(next ?? null)}
            options={counts.map(({ filter: each, count }) => ({
              value: writeSoftware(each),
              label: t("boxes.softwareCount", { name: named(each), n: count }),
            }))}
            popupMatchSelectWidth={false}
            data-testid="software-filter"
          />
        )}
      </ListBar>
      {counts.map(({ filter: each, count }) =>
        typeof each !== "string" ? null : (
          <Alert
            key={each}
            className={styles.notice ?? ""}
            type="warning"
            showIcon
            title={t(`boxes.wireWarning.${each}`, { count, version: query.data?.version })}
            action={
              software === each ? null : (
                <Button size="small" onClick={() => setSoftware(each)} data-testid={`show-${each}`}>
                  {t("boxes.showThem")}
                </Button>
              )
            }
            data-testid={`boxes-${each}`}
          />
        ),
      )}
      {query.data && shown.length === 0 && (
        <StatePanel
          testId="no-box"
          title={t(all.length === 0 ? "boxes.none" : software === null ? "boxes.noneInState" : "boxes.noneOfSoftware")}
          text={all.length === 0 ? t("boxes.noneText") : undefined}
        />
      )}
      <ul className={styles.list} aria-busy={query.isPending}>
        {shown.map((box) => (
          <Box
            key={box.id}
            box={box}
            centre={centre}
            cameras={cameras.filter((camera) => camera.box_id === box.id)}
            onCode={setCode}
            onTakeOver={() => setTaking(box)}
          />
        ))}
      </ul>
      <NewBoxDialog open={adding} onClose={() => setAdding(false)} onMade={setCode} />
      <CodeDialog code={code} onClose={() => setCode(null)} />
      <TakeOverDialog box={taking} cameras={cameras} onClose={() => setTaking(null)} />
    </div>
  );
}

const MARKS = {
  reporting: { tone: "ok", icon: CheckCircleOutlined },
  silent: { tone: "gap", icon: DisconnectOutlined },
  unheard: { tone: "unknown", icon: QuestionCircleOutlined },
  waiting: { tone: "noted", icon: ClockCircleOutlined },
  revoked: { tone: "idle", icon: StopOutlined },
} as const;

interface BoxProps {
  box: BoxView;
  /** The version of the wire that the command centre speaks. */
  centre: number;
  cameras: readonly CameraView[];
  onCode: (code: BoxCode) => void;
  onTakeOver: () => void;
}

function Box({ box, centre, cameras, onCode, onTakeOver }: BoxProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const state = boxState(box);
  const options = { invalidates: [keys.boxes] };
  const give = useChange(() => api.giveBoxCode(box.id), { ...options, onDone: onCode });
  const revoke = useChange(() => api.revokeBox(box.id), options);
  const mark = MARKS[state];
  return (
    <li className={styles.box} data-testid="box" data-box={box.name} data-state={state}>
      <header className={styles.head}>
        <StateMark {...mark} word={t(`boxes.states.${state}`)} testId="box-state" />
        <strong>{schoolName(box.school)}</strong>
        <code>{box.name}</code>
        <span className={styles.spacer} />
        {box.last_used_at && (
          <span className={styles.muted}>
            {t("boxes.lastSeen")} <Ago moment={box.last_used_at} />
          </span>
        )}
      </header>
      {box.workers.map((worker) => (
        <WorkerFacts
          key={worker.worker_id}
          worker={worker}
          wire={wireOf(worker, centre)}
          lowered={lowered(cameras)}
        />
      ))}
      {state === "waiting" && (
        <p className={styles.muted}>
          {box.code_expires_at ? (
            <>
              {t("boxes.codeUntil")} <Moment moment={box.code_expires_at} />
            </>
          ) : (
            t("boxes.codeRanOut")
          )}
        </p>
      )}
      {state === "unheard" && <p className={styles.muted}>{t("boxes.unheard")}</p>}
      <footer className={styles.foot}>
        <Link to={`/cameras?school=${encodeURIComponent(box.school.school_id)}`}>
          {t("boxes.cameras", { count: box.camera_count })}
        </Link>
        <Link to={`/boxes/${box.id}/configuration`} data-testid="box-configuration">
          {t("configuration.title")}
        </Link>
        <Link to={`/boxes/${box.id}/cameras`} data-testid="box-find">
          {t("discovery.title")}
        </Link>
        <Link to={`/boxes/${box.id}/settings`} data-testid="box-settings">
          {t("settings.title")}
        </Link>
        {state !== "revoked" && (
          <Link to={`/first-hour?box=${box.id}`} data-testid="box-first-hour">
            {t("firstHour.title")}
          </Link>
        )}
        {box.refused > 0 && (
          <span className={styles.refused} data-testid="box-refused">
            {t("boxes.refused", {
              count: box.refused,
              why:
                box.refused_code && isTerm("problem", box.refused_code)
                  ? term("problem", box.refused_code)
                  : box.refused_code,
            })}
          </span>
        )}
        <span className={styles.spacer} />
        {state !== "revoked" && state !== "waiting" && (
          <Button size="small" onClick={onTakeOver} data-testid="take-over">
            {t("boxes.takeOver")}
          </Button>
        )}
        <Button
          size="small"
          loading={give.isPending}
          onClick={() => give.mutate(undefined)}
          data-testid="give-code"
        >
          {t("boxes.newCode")}
        </Button>
        {state !== "revoked" && (
          <Popconfirm
            title={t("boxes.revokeAsk")}
            okText={t("boxes.revoke")}
            cancelText={t("action.cancel")}
            onConfirm={() => revoke.mutate(undefined)}
          >
            <Button size="small" danger data-testid="revoke">
              {t("boxes.revoke")}
            </Button>
          </Popconfirm>
        )}
      </footer>
    </li>
  );
}
