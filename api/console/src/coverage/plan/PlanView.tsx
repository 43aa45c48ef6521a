import { Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { CoverageDetail, FloorPlanView, PlacedCamera, PlanCamera } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { useMay } from "../../session/policy";
import { CameraChip } from "./CameraChip";
import { PlanStateMark } from "./PlanStateMark";
import styles from "./plan.module.css";
import { Stage } from "./Stage";

interface Props {
  plan: FloorPlanView;
  cameras: ReadonlyMap<number, PlanCamera>;
  school: CoverageDetail;
}

/** A plan as it was saved: each camera by its number, and beside it what the numbers mean. */
export function PlanView({ plan, cameras, school }: Props) {
  const { t } = useTranslation();
  /** The one whose card is open, and the one pointed at in the list. */
  const [opened, setOpened] = useState<number | null>(null);
  const [pointedAt, setPointedAt] = useState<number | null>(null);
  const chosen = opened ?? pointedAt;
  const drawn = plan.cameras.flatMap((hung) => {
    const camera = cameras.get(hung.camera_key);
    return camera ? [{ hung, camera }] : [];
  });
  const inUse = [...cameras.values()].filter(({ state }) => state !== "retired");
  const placed = new Set(plan.cameras.map((each) => each.camera_key));
  const missing = inUse.filter((each) => !placed.has(each.camera_key)).length;
  const stateOf = (key: number) => cameras.get(key)?.state ?? "unknown";
  return (
    <div className={styles.layout}>
      <Stage plan={plan} cameras={drawn.map(({ hung }) => hung)} stateOf={stateOf} chosen={chosen}>
        {drawn.map(({ hung, camera }, at) => (
          <CameraSymbol
            key={hung.camera_key}
            number={at + 1}
            hung={hung}
            camera={camera}
            schoolId={school.school.school_id}
            isOpen={hung.camera_key === opened}
            onOpen={(is) =>
              setOpened((now) => (is ? hung.camera_key : now === hung.camera_key ? null : now))
            }
          />
        ))}
      </Stage>
      <div className={styles.side}>
        {drawn.length === 0 && <p className={styles.muted}>{t("plan.noneDrawn")}</p>}
        <ol className={styles.numbers}>
          {drawn.map(({ hung, camera }, at) => (
            <li
              key={hung.camera_key}
              data-testid="plan-camera"
              data-chosen={hung.camera_key === chosen}
              onMouseEnter={() => setPointedAt(hung.camera_key)}
              onMouseLeave={() => setPointedAt(null)}
            >
              <CameraChip number={at + 1} state={camera.state} />
              <span className={styles.names}>
                <Link className={styles.cameraName} to={camerasOf(school.school.school_id)}>
                  {camera.name}
                </Link>
                <span className={styles.muted}>{camera.place?.name ?? t("plan.noPlace")}</span>
              </span>
              <PlanStateMark state={camera.state} />
            </li>
          ))}
        </ol>
        {missing > 0 && <p className={styles.muted}>{t("plan.notDrawn", { count: missing })}</p>}
        <MissingPlaces school={school} />
      </div>
    </div>
  );
}

interface SymbolProps {
  number: number;
  hung: PlacedCamera;
  camera: PlanCamera;
  schoolId: string;
  isOpen: boolean;
  onOpen: (is: boolean) => void;
}

function camerasOf(schoolId: string): string {
  return `/cameras?school=${encodeURIComponent(schoolId)}`;
}

/** Says which camera it is, where it hangs and what it is worth; leads to it. */
function CameraSymbol({ number, hung, camera, schoolId, isOpen, onOpen }: SymbolProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const place = camera.place?.name ?? t("plan.noPlace");
  const state = term("plan_camera_state", camera.state);
  return (
    <Popover
      trigger="hover"
      title={camera.name}
      open={isOpen}
      onOpenChange={onOpen}
      content={
        <div className={styles.card}>
          <PlanStateMark state={camera.state} />
          <span>
            {place}
            {camera.place && <span className={styles.muted}> {term("place_kind", camera.place.kind)}</span>}
          </span>
          {camera.state !== "retired" && (
            <Link to={camerasOf(schoolId)} data-testid="plan-to-camera">
              {t("plan.toCamera")}
            </Link>
          )}
          {may("play_recordings") && (
            <Link to={`/recordings/${camera.camera_key}`}>{t("plan.toRecordings")}</Link>
          )}
        </div>
      }
    >
      <button
        type="button"
        className={styles.symbol}
        style={{ left: `${hung.x * 100}%`, top: `${hung.y * 100}%` }}
        aria-label={t("plan.symbol", { number, name: camera.name, place, state })}
        // Touched, or by a key: there is nothing to hover with.
        onClick={() => onOpen(true)}
        onKeyDown={(event) => event.key === "Escape" && onOpen(false)}
        data-testid="plan-symbol"
        data-state={camera.state}
      >
        <CameraChip number={number} state={camera.state} />
      </button>
    </Popover>
  );
}

/** What has to be seen and hangs nowhere cannot be drawn; it stands beside. */
function MissingPlaces({ school }: { school: CoverageDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  const rows = school.profiles.flatMap(({ profile, rows }) =>
    rows
      .filter(({ level, why }) => level === "must" && (why === "no_place" || why === "no_camera"))
      .map((row) => ({ ...row, id: `${profile} ${row.id}` })),
  );
  if (rows.length === 0) return null;
  return (
    <section data-testid="plan-missing">
      <h4 className={styles.caption}>{t("plan.missing", { count: rows.length })}</h4>
      <ul className={styles.missing}>
        {rows.map((row) => (
          <li key={row.id}>
            <strong>{term("place_kind", row.kind)}</strong>{" "}
            <span className={styles.muted}>
              {row.places
                .filter((place) => place.cameras.length === 0)
                .map((place) => place.name)
                .join(t("plan.listJoint")) || term("coverage_why", row.why)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
