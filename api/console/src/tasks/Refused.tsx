import { useTranslation } from "react-i18next";

import type { OrderDetail } from "../http/types";
import { maySubmit, queued, type Draft } from "./draft";
import { useDrafts } from "./DraftsProvider";
import { RefusedDraft } from "./RefusedDraft";

/** What was done about an order and cannot be handed in. */
export function Refused({ order, draft }: { order: OrderDetail | undefined; draft: Draft | undefined }) {
  const { t } = useTranslation();
  const { write, discard } = useDrafts();
  if (!draft) return null;
  const may = order !== undefined && maySubmit(order.steps);
  const isOver = order !== undefined && !may;
  if (!draft.refusal && !isOver) return null;
  return (
    <RefusedDraft
      kind="order"
      id={draft.orderId}
      refusal={draft.refusal}
      over={t("tasks.over")}
      words={isOver ? draft.note : undefined}
      again={
        may
          ? { text: t("tasks.submitAgain"), onAgain: () => void write(queued(draft, order.version)) }
          : undefined
      }
      photographs={draft.photographs}
      onDiscard={() => void discard(draft.orderId)}
    />
  );
}
