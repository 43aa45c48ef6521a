import { Alert, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import type { OrderDetail } from "../http/types";
import { maySubmit, queued, type Draft } from "./draft";
import { useDrafts } from "./DraftsProvider";
import { saveToPhone, useWhy } from "./refusal";
import styles from "./tasks.module.css";

/** Why what was written cannot be handed in, and every way out: nothing of it is lost silently. */
export function Refused({ order, draft }: { order: OrderDetail | undefined; draft: Draft | undefined }) {
  const { t } = useTranslation();
  const why = useWhy();
  const { write, discard } = useDrafts();
  if (!draft) return null;
  const isOver = order !== undefined && !maySubmit(order.steps);
  if (!draft.refusal && !isOver) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("tasks.refused")}
      data-testid="refused"
      data-code={draft.refusal?.code}
      description={
        <>
          <p>{draft.refusal ? why(draft.refusal) : t("tasks.over")}</p>
          {isOver && draft.note && <p className={styles.words}>{draft.note}</p>}
          <div className={styles.ways}>
            {order && maySubmit(order.steps) && (
              <Button
                type="primary"
                size="large"
                onClick={() => void write(queued(draft, order.version))}
                data-testid="submit-again"
              >
                {t("tasks.submitAgain")}
              </Button>
            )}
            {draft.photographs.map((photograph, number) => (
              <Button
                key={photograph.id}
                size="large"
                onClick={() => saveToPhone(photograph.jpeg, `${draft.orderId}-${number + 1}.jpg`)}
                data-testid="save-photograph"
              >
                {t("tasks.savePhotograph", { number: number + 1 })}
              </Button>
            ))}
            <Popconfirm
              title={t("tasks.discardAsk")}
              okText={t("tasks.discard")}
              cancelText={t("action.cancel")}
              onConfirm={() => void discard(draft.orderId)}
            >
              <Button size="large" danger data-testid="discard-draft">
                {t("tasks.discard")}
              </Button>
            </Popconfirm>
          </div>
        </>
      }
    />
  );
}
