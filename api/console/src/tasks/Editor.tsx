import { CameraOutlined, DeleteOutlined, EditOutlined, SendOutlined } from "@ant-design/icons";
import { App, Button, Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import {
  isComplete,
  isEmpty,
  MAX_NOTE,
  MAX_PHOTOGRAPHS,
  newKey,
  queued,
  rewritten,
  stateOf,
  type Draft,
  type DraftPhotograph,
} from "./draft";
import { downscale, NotUsable } from "./downscale";
import { DraftMark } from "./DraftMark";
import { useDrafts } from "./DraftsProvider";
import styles from "./tasks.module.css";

/** Photographs, words, and one button that stays in reach; kept after each change. */
export function Editor({ draft, version }: { draft: Draft; version: number }) {
  const { t } = useTranslation();
  const { write, discard, sending } = useDrafts();
  const camera = useRef<HTMLInputElement>(null);
  const note = useRef<TextAreaRef>(null);
  const { add, isReading } = useCamera(draft);
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
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        multiple
        className={styles.camera}
        tabIndex={-1}
        aria-label={t("tasks.takePhotograph")}
        onChange={(event) => {
          void add([...(event.target.files ?? [])], version);
          event.target.value = "";
        }}
        data-testid="task-camera"
      />
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

/** Takes what the camera gave into the draft, and says what it could not use. */
function useCamera(draft: Draft) {
  const term = useTerm();
  const { message } = App.useApp();
  const { write } = useDrafts();
  const [isReading, setReading] = useState(false);
  const latest = useRef(draft);
  useEffect(() => {
    latest.current = draft;
  }, [draft]);
  const add = async (files: readonly File[], version: number) => {
    setReading(true);
    const taken: DraftPhotograph[] = [];
    try {
      for (const file of files.slice(0, MAX_PHOTOGRAPHS - draft.photographs.length)) {
        try {
          taken.push({ id: newKey(), jpeg: await downscale(file), isSent: false });
        } catch (error) {
          if (!(error instanceof NotUsable)) throw error;
          void message.error(`${file.name}: ${term("photograph_fault", error.why)}`, 6);
        }
      }
      if (taken.length > 0) {
        const photographs = [...latest.current.photographs, ...taken];
        await write(rewritten({ ...latest.current, version }, { photographs }));
      }
    } finally {
      setReading(false);
    }
  };
  return { add, isReading };
}

interface TakenProps {
  photograph: DraftPhotograph;
  onRemove: (() => void) | undefined;
}

function Taken({ photograph, onRemove }: TakenProps) {
  const { t } = useTranslation();
  const { jpeg } = photograph;
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [jpeg],
  );
  return (
    <li data-testid="taken" data-sent={photograph.isSent}>
      <img ref={show} alt={t("tasks.takenAlt")} />
      {/* What arrived stays at the order. */}
      {photograph.isSent ? (
        <span className={styles.arrived}>{t("tasks.arrived")}</span>
      ) : (
        onRemove && (
          <Button
            icon={<DeleteOutlined />}
            size="large"
            onClick={onRemove}
            aria-label={t("tasks.remove")}
            data-testid="remove-photograph"
          />
        )
      )}
    </li>
  );
}
