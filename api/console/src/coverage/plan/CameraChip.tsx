import type { PlanCameraState } from "../../http/types";
import styles from "./plan.module.css";

/** A camera's number in the shape and colour of what it is worth. */
export function CameraChip({ number, state }: { number: number; state: PlanCameraState }) {
  return (
    <span className={state === "unknown" ? `${styles.chip} hatched` : styles.chip} data-state={state}>
      <span>{number}</span>
    </span>
  );
}
