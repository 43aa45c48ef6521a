import { Alert, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import type { DraftPhotograph, Refusal } from "./draft";
import { saveToPhone, useWhy } from "./refusal";
import styles from "./tasks.module.css";

interface Props {
  /** Of what it is. */
  kind: "order" | "form";
  id: number;
  refusal: Refusal | null;
  /** Why it can be handed in no more, where nothing was refused. */
  over: string;
  /** What was written and would be lost with it. */
  words?: string | undefined;
  /** Hand it in as it is now; undefined when that may not be. */
  again: { text: string; onAgain: () => void } | undefined;
  photographs: readonly DraftPhotograph[];
  onDiscard: () => void;
}

/** Why what was written cannot be handed in, and every way out: nothing of it is lost silently. */
export function RefusedDraft({ kind, id, refusal, over, words, again, photographs, onDiscard }: Props) {
  const { t } = useTranslation();
  const why = useWhy();
  return (
    <Alert
      type="warning"
      showIcon
      title={t("tasks.refused")}
      data-testid="refused"
      data-kind={kind}
      data-code={refusal?.code}
      description={
        <>
          <p>{refusal ? why(refusal) : over}</p>
          {words && <p className={styles.words}>{words}</p>}
          <div className={styles.ways}>
            {again && (
              <Button type="primary" size="large" onClick={again.onAgain} data-testid="submit-again">
                {again.text}
              </Button>
            )}
            {photographs.map((photograph, number) => (
              <Button
                key={photograph.id}
                size="large"
                onClick={() => saveToPhone(photograph.jpeg, `${id}-${number + 1}.jpg`)}
                data-testid="save-photograph"
              >
                {t("tasks.savePhotograph", { number: number + 1 })}
              </Button>
            ))}
            <Popconfirm
              title={t("tasks.discardAsk")}
              okText={t("tasks.discard")}
              cancelText={t("action.cancel")}
              onConfirm={onDiscard}
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
