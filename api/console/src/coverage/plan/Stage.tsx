import { useId, useState, type ReactNode, type Ref } from "react";
import { useTranslation } from "react-i18next";

import type { FloorPlanView, PlacedCamera, PlanCameraState } from "../../http/types";
import { wedge } from "./geometry";
import styles from "./plan.module.css";
import { usePlanTitle } from "./usePlans";

interface Props {
  plan: FloorPlanView;
  cameras: readonly PlacedCamera[];
  stateOf: (key: number) => PlanCameraState;
  /** The one whose field of view is drawn stronger. */
  chosen: number | null;
  isEdited?: boolean;
  stage?: Ref<HTMLDivElement>;
  /** Symbols and handles, which keep their size whatever that of the picture. */
  children: ReactNode;
}

/** The picture of a plan, what each camera sees on it, and above both what can be touched. */
export function Stage({ plan, cameras, stateOf, chosen, isEdited, stage, children }: Props) {
  const { t } = useTranslation();
  const hatch = useId();
  const title = usePlanTitle();
  const [failed, setFailed] = useState<string | null>(null);
  const line = Math.max(plan.width, plan.height) / 120;
  return (
    <div
      ref={stage}
      className={styles.stage}
      // A tall plan is shown whole, too.
      style={{
        aspectRatio: `${plan.width} / ${plan.height}`,
        maxWidth: `calc((100vh - 120px) * ${(plan.width / plan.height).toFixed(4)})`,
      }}
      data-testid="plan-stage"
      data-edited={isEdited}
    >
      {failed === plan.picture_url ? (
        <p role="alert" className={styles.noPicture}>
          {t("plan.noPicture")}
        </p>
      ) : (
        <img
          className={styles.picture}
          src={plan.picture_url}
          width={plan.width}
          height={plan.height}
          alt={t("plan.alt", { title: title(plan) })}
          draggable={false}
          onError={() => setFailed(plan.picture_url)}
        />
      )}
      <svg className={styles.wedges} viewBox={`0 0 ${plan.width} ${plan.height}`} aria-hidden="true">
        <defs>
          <pattern
            id={hatch}
            width={line}
            height={line}
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(-45)"
          >
            <rect className={styles.hatchLine} width={line / 2} height={line} />
          </pattern>
        </defs>
        {cameras.map((hung) => {
          const state = stateOf(hung.camera_key);
          return (
            <path
              key={hung.camera_key}
              d={wedge(hung, plan)}
              className={styles.wedge}
              data-state={state}
              data-chosen={hung.camera_key === chosen}
              fill={state === "unknown" ? `url(#${hatch})` : undefined}
            />
          );
        })}
      </svg>
      {children}
    </div>
  );
}
