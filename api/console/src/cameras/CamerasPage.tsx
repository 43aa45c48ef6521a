import { ReloadOutlined } from "@ant-design/icons";
import { Button, Segmented, Tag } from "antd";
import { useTranslation } from "react-i18next";

import { Freshness } from "../alerts/queue/Freshness";
import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { camerasOf } from "../rules/rules";
import { bySchool, knownKey } from "../schools/schools";
import { SchoolSelect } from "../schools/SchoolSelect";
import { useUrlFilter } from "../schools/useUrlFilter";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { AddCameraGuide } from "./AddCameraGuide";
import { CameraCard } from "./CameraCard";
import styles from "./cameras.module.css";
import { CAMERA_STATES, compareCameras, isBlind } from "./state";
import { useCameras } from "./useCameras";

type Filter = "all" | "blind" | CameraView["state"];

function readFilter(value: string | null): Filter {
  if (value === "blind") return "blind";
  return CAMERA_STATES.find((state) => state === value) ?? "all";
}

function belongs(camera: CameraView, filter: Filter): boolean {
  if (filter === "all") return true;
  return filter === "blind" ? isBlind(camera) : camera.state === filter;
}

/** Is every camera really watched, and if not, why and since when? */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useCameras();
  const [stateInUrl, setState] = useUrlFilter("state");
  const [schoolInUrl, setSchool] = useUrlFilter("school");
  const [rule, setRule] = useUrlFilter("rule");
  const filter = readFilter(stateInUrl);

  if (query.isError && !query.data) {
    return (
      <ErrorPanel
        error={query.error}
        stillWorks={t("error.stillWorksCameras")}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const all = query.data?.items ?? [];
  if (query.data && all.length === 0) return <AddCameraGuide />;

  const schools = bySchool(all);
  const school = knownKey(schools, schoolInUrl);
  const placed = schools.filter((each) => school === null || each.key === school).flatMap((each) => each.rows);
  const looked = rule === null ? placed : camerasOf(rule, placed);
  const shown = looked.filter((camera) => belongs(camera, filter)).sort(compareCameras);
  const options: Filter[] = [
    "all",
    "blind",
    ...CAMERA_STATES.filter((state) => looked.some((camera) => camera.state === state)),
  ];
  const name = (each: Filter) =>
    each === "all"
      ? t("cameras.all")
      : each === "blind"
        ? t("cameras.blind")
        : term("camera_state", each);
  return (
    <div className={styles.page} data-testid="cameras-page">
      <header className={styles.bar}>
        <h1 className="visually-hidden">{t("nav.cameras")}</h1>
        <Segmented<Filter>
          size="small"
          value={filter}
          onChange={(next) => setState(next === "all" ? null : next)}
          options={options
            .filter((each) => each !== "not_watching" && each !== "worker_lost" && each !== "unknown" || each === filter)
            .map((each) => ({
              value: each,
              label: (
                <span>
                  {name(each)}{" "}
                  <span className={styles.count}>
                    {looked.filter((camera) => belongs(camera, each)).length}
                  </span>
                </span>
              ),
            }))}
          data-testid="camera-filter"
        />
        <SchoolSelect groups={schools} value={school} onChange={setSchool} />
        {rule !== null && (
          <Tag closable onClose={() => setRule(null)} data-testid="camera-rule-filter">
            {term("rules", rule)}
          </Tag>
        )}
        <span className={styles.spacer} />
        <Freshness updatedAt={query.dataUpdatedAt} failed={query.isError} />
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined spin={query.isRefetching} />}
          onClick={() => void query.refetch()}
          aria-label={t("action.refresh")}
        />
      </header>
      {query.isPending ? (
        <ul className={styles.grid} aria-busy="true">
          {Array.from({ length: 4 }, (_, index) => (
            <li key={index} className={styles.skeleton} />
          ))}
        </ul>
      ) : shown.length === 0 ? (
        <StatePanel testId="no-camera-in-state" title={t("cameras.noneInState", { state: name(filter) })} />
      ) : (
        <ul className={styles.grid} data-testid="camera-list">
          {shown.map((camera) => (
            <CameraCard
              key={camera.camera_id}
              camera={camera}
              showSchool={schools.length > 1}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
