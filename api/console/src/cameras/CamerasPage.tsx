import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { camerasOf } from "../camera/ofRule";
import { bySchool, knownKey } from "../schools/schools";
import { SchoolSelect } from "../schools/SchoolSelect";
import { useUrlFilter } from "../schools/useUrlFilter";
import { mayOpen, useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { CountedTabs, ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { AddCameraGuide } from "../camera/AddCameraGuide";
import { CameraCard } from "./CameraCard";
import styles from "./cameras.module.css";
import { CAMERA_STATES, compareCameras, isBlind } from "../camera/state";
import { useCameras } from "../camera/useCameras";

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
  const may = useMay();
  const query = useCameras();
  usePageTitle(t("nav.cameras"));
  const [stateInUrl, setState] = useUrlFilter("state");
  const [schoolInUrl, setSchool] = useUrlFilter("school");
  const [rule, setRule] = useUrlFilter("rule");
  const filter = readFilter(stateInUrl);

  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const all = query.data?.items ?? [];
  if (query.data && all.length === 0) return <AddCameraGuide />;

  const schools = bySchool(all);
  const school = knownKey(schools, schoolInUrl);
  const placed = schools.filter((each) => school === null || each.key === school).flatMap((each) => each.rows);
  const looked = rule === null ? placed : camerasOf(rule, placed);
  const shown = looked.filter((camera) => belongs(camera, filter)).sort(compareCameras);
  // The states that "blind" sums up are there only for who comes with one of them in the URL.
  const filters: Filter[] = [
    "all",
    "blind",
    ...CAMERA_STATES.filter(
      (state) =>
        state === filter || looked.some((camera) => camera.state === state && !isBlind(camera)),
    ),
  ];
  const name = (each: Filter) =>
    each === "all"
      ? t("cameras.all")
      : each === "blind"
        ? t("cameras.blind")
        : term("camera_state", each);
  return (
    <div className={styles.page} data-testid="cameras-page">
      <ListBar
        title={t("nav.cameras")}
        query={query}
        actions={mayOpen("/boxes/rules", may) && <Link to="/boxes/rules">{t("ruleSet.title")}</Link>}
      >
        <CountedTabs
          value={filter}
          onChange={(next) => setState(next === "all" ? null : next)}
          tabs={filters.map((each) => ({
            value: each,
            name: name(each),
            count: looked.filter((camera) => belongs(camera, each)).length,
          }))}
          testId="camera-filter"
        />
        <SchoolSelect groups={schools} value={school} onChange={setSchool} />
        {rule !== null && (
          <Tag closable onClose={() => setRule(null)} data-testid="camera-rule-filter">
            {term("rules", rule)}
          </Tag>
        )}
      </ListBar>
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
              key={camera.id}
              camera={camera}
              showSchool={schools.length > 1}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
