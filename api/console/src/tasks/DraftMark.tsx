import {
  CheckCircleOutlined,
  CloudUploadOutlined,
  DisconnectOutlined,
  SaveOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import { stateOf, type Draft, type DraftState } from "./draft";
import { useDrafts } from "./DraftsProvider";
import styles from "./tasks.module.css";

type Shown = DraftState | "submitted";

const ICONS: Record<Shown, typeof SaveOutlined> = {
  writing: SaveOutlined,
  waiting: DisconnectOutlined,
  sending: CloudUploadOutlined,
  refused: WarningOutlined,
  submitted: CheckCircleOutlined,
};

/** 草稿已保存, 等待网络, 正在发送, 已提交: where what was written is now. */
export function DraftMark({ orderId, draft }: { orderId: number; draft: Draft | undefined }) {
  const { t } = useTranslation();
  const { sending, submitted, keepsNothing, needsSignIn } = useDrafts();
  const state = draft ? stateOf(draft, sending === orderId) : submitted.has(orderId) ? "submitted" : null;
  if (!state) return null;
  const Icon = ICONS[state];
  const isLost = keepsNothing && state !== "submitted";
  return (
    <span className={styles.draft} data-state={state} role="status" data-testid="draft-state">
      <Icon aria-hidden="true" />{" "}
      {isLost
        ? t("tasks.keepsNothing")
        : state === "waiting" && needsSignIn
          ? t("tasks.state.signIn")
          : t(`tasks.state.${state}`)}
    </span>
  );
}
