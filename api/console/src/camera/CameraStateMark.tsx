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
import { StateMark } from "../ui/StateMark";
import { cameraTone } from "./state";

const ICONS = {
  watching: CheckCircleFilled,
  connecting: LoadingOutlined,
  not_watching: StopOutlined,
  disabled: PauseCircleOutlined,
  worker_lost: CloudOutlined,
  unknown: QuestionCircleOutlined,
} as const;

export function CameraStateMark({ state }: { state: CameraViewState }) {
  const term = useTerm();
  return (
    <StateMark
      tone={cameraTone(state)}
      icon={ICONS[state]}
      word={term("camera_state", state)}
      testId="camera-state"
    />
  );
}
