import { CheckCircleOutlined, ClockCircleOutlined, CloseCircleOutlined } from "@ant-design/icons";

import type { NoticeState } from "../http/types";

/** How each state of a message is drawn. */
export const TONES = {
  sent: { tone: "ok", icon: CheckCircleOutlined },
  waiting: { tone: "noted", icon: ClockCircleOutlined },
  dead: { tone: "gap", icon: CloseCircleOutlined },
} as const satisfies Record<NoticeState, object>;
