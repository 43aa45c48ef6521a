import {
  CheckCircleOutlined,
  CloudUploadOutlined,
  DisconnectOutlined,
  SaveOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import { stateOf, type Draft, type DraftState } from "./draft";
import { useDrafts, useFormDrafts } from "./DraftsProvider";
import type { FormDraft } from "./formDraft";
import styles from "./tasks.module.css";

type Shown = DraftState | "submitted";

const ICONS: Record<Shown, typeof SaveOutlined> = {
  writing: SaveOutlined,
  waiting: DisconnectOutlined,
  sending: CloudUploadOutlined,
  refused: WarningOutlined,
  submitted: CheckCircleOutlined,
};

interface Props {
  state: Shown | null;
  keepsNothing: boolean;
  needsSignIn: boolean;
  /** What is said once it was handed in. */
  done: string;
}

/** 草稿已保存, 等待网络, 正在发送, 已提交: where what was written is now. */
function Mark({ state, keepsNothing, needsSignIn, done }: Props) {
  const { t } = useTranslation();
  if (!state) return null;
  const Icon = ICONS[state];
  const isLost = keepsNothing && state !== "submitted";
  const said = state === "submitted" ? done : t(`tasks.state.${state}`);
  return (
    <span className={styles.draft} data-state={state} role="status" data-testid="draft-state">
      <Icon aria-hidden="true" />{" "}
      {isLost
        ? t("tasks.keepsNothing")
        : state === "waiting" && needsSignIn
          ? t("tasks.state.signIn")
          : said}
    </span>
  );
}

export function DraftMark({ orderId, draft }: { orderId: number; draft: Draft | undefined }) {
  const { t } = useTranslation();
  const { sending, submitted, keepsNothing, needsSignIn } = useDrafts();
  const state = draft ? stateOf(draft, sending === orderId) : submitted.has(orderId) ? "submitted" : null;
  return <Mark {...{ state, keepsNothing, needsSignIn }} done={t("tasks.state.submitted")} />;
}

export function FormMark({ formId, draft }: { formId: number; draft: FormDraft | undefined }) {
  const { t } = useTranslation();
  const { sending, submitted, keepsNothing, needsSignIn } = useFormDrafts();
  const state = draft ? stateOf(draft, sending === formId) : submitted.has(formId) ? "submitted" : null;
  return <Mark {...{ state, keepsNothing, needsSignIn }} done={t("forms.submitted")} />;
}
