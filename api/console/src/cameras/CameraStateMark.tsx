import {
  CheckCircleFilled,
  CloudOutlined,
  LoadingOutlined,
  PauseCircleOutlined,
  QuestionCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";

import type { CameraViewState } from "../http/types";
import { useTerm } from "../i18n/terms";
import styles from "./cameras.module.css";
import { cameraTone } from "./state";

const ICONS = {
  watching: CheckCircleFilled,
  connecting: LoadingOutlined,
  not_watching: StopOutlined,
  disabled: PauseCircleOutlined,
  worker_lost: CloudOutlined,
  unknown: QuestionCircleOutlined,
} as const;

/** Icon, word and colour together; none of them carries the meaning alone. */
export function CameraStateMark({ state }: { state: CameraViewState }) {
  const term = useTerm();
  const Icon = ICONS[state];
  const tone = cameraTone(state);
  return (
    <span
      className={tone === "unknown" ? `${styles.state} hatched` : styles.state}
      data-tone={tone}
      data-testid="camera-state"
    >
      <Icon aria-hidden="true" /> {term("camera_state", state)}
    </span>
  );
}
