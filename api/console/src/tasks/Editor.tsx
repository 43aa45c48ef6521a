import { CameraOutlined, EditOutlined, SendOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { CameraInput } from "./CameraInput";
import {
  isComplete,
  isEmpty,
  MAX_NOTE,
  MAX_PHOTOGRAPHS,
  queued,
  rewritten,
  stateOf,
  type Draft,
} from "./draft";
import { DraftMark } from "./DraftMark";
import { useDrafts } from "./DraftsProvider";
import { Taken } from "./Taken";
import styles from "./tasks.module.css";
import { usePhotographs } from "./usePhotographs";

/** Photographs, words, and one button that stays in reach; kept after each change. */
export function Editor({ draft, version }: { draft: Draft; version: number }) {
  const { t } = useTranslation();
  const { write, discard, sending } = useDrafts();
  const camera = useRef<HTMLInputElement>(null);
  const note = useRef<TextAreaRef>(null);
  const { add, isReading } = usePhotographs(MAX_PHOTOGRAPHS - draft.photographs.length, (taken) =>
    write(rewritten({ ...draft, version }, { photographs: [...draft.photographs, ...taken] })),
  );
  const state = stateOf(draft, sending === draft.orderId);
  const isWriting = state === "writing" || state === "refused";
  const change = (changed: Draft) =>
    void (isEmpty(changed) ? discard(changed.orderId) : write(changed));
  const openCamera = () => camera.current?.click();
  const hasPictures = draft.photographs.length > 0;

  return (
    <section className={styles.editor} data-testid="task-editor" data-state={state}>
      <h2 className={styles.section}>{t("tasks.handIn")}</h2>
      <label className={styles.label} htmlFor="task-note">
        {t("tasks.note")}
      </label>
      <Input.TextArea
        id="task-note"
        ref={note}
        rows={3}
        maxLength={MAX_NOTE}
        disabled={!isWriting}
        value={draft.note}
        placeholder={t("tasks.noteHint")}
        onChange={(event) => change(rewritten({ ...draft, version }, { note: event.target.value }))}
        data-testid="task-note"
      />
      <ul className={styles.taken}>
        {draft.photographs.map((photograph) => (
          <Taken
            key={photograph.id}
            photograph={photograph}
            onRemove={
              isWriting
                ? () =>
                    change(
                      rewritten(draft, {
                        photographs: draft.photographs.filter((each) => each.id !== photograph.id),
                      }),
                    )
                : undefined
            }
          />
        ))}
      </ul>
      <CameraInput input={camera} onFiles={(files) => void add(files)} testId="task-camera" />
      <footer className={styles.sticky}>
        <DraftMark orderId={draft.orderId} draft={isEmpty(draft) ? undefined : draft} />
        <div className={styles.actions}>
          {!isWriting ? (
            <Button
              block
              size="large"
              icon={<EditOutlined />}
              disabled={state === "sending"}
              onClick={() => void write(rewritten(draft, {}))}
              data-testid="task-edit"
            >
              {t("tasks.edit")}
            </Button>
          ) : hasPictures ? (
            <>
              <Button
                size="large"
                icon={<CameraOutlined />}
                loading={isReading}
                disabled={draft.photographs.length >= MAX_PHOTOGRAPHS}
                onClick={openCamera}
                data-testid="task-photograph"
              >
                {t("tasks.another")}
              </Button>
              <Button
                type="primary"
                size="large"
                icon={<SendOutlined />}
                onClick={() =>
                  isComplete(draft) ? void write(queued(draft, version)) : note.current?.focus()
                }
                data-testid="task-submit"
              >
                {t(isComplete(draft) ? "tasks.submit" : "tasks.noteNeeded")}
              </Button>
            </>
          ) : (
            <Button
              block
              type="primary"
              size="large"
              icon={<CameraOutlined />}
              loading={isReading}
              onClick={openCamera}
              data-testid="task-photograph"
            >
              {t("tasks.photographAndSubmit")}
            </Button>
          )}
        </div>
      </footer>
    </section>
  );
}
