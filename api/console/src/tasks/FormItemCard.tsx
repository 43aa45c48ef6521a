import { CameraOutlined } from "@ant-design/icons";
import { Button, Checkbox, DatePicker, Input, Radio } from "antd";
import dayjs from "dayjs";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { HazardGrade, InspectionResult } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { Facts, Source } from "../inspection/Facts";
import { usePreferences } from "../ui/preferences";
import { CameraInput } from "./CameraInput";
import { MAX_NOTE } from "./draft";
import {
  answerOf,
  MAX_FORM_PHOTOGRAPHS,
  missingOf,
  rewrittenForm,
  RESULTS,
  withAnswer,
  withResult,
  type FormAnswer,
  type FormDraft,
} from "./formDraft";
import { Taken } from "./Taken";
import styles from "./tasks.module.css";
import { usePhotographs } from "./usePhotographs";

interface Props {
  item: FormDraft["form"]["items"][number];
  number: number;
  draft: FormDraft;
  isWriting: boolean;
  change: (draft: FormDraft) => Promise<void>;
}

/** One item: what has to be so, what cameras know of it, the answer, and what was found. */
export function FormItemCard({ item, number, draft, isWriting, change }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  const answer = answerOf(draft, item.id);
  const set = (next: FormAnswer) => void change(withAnswer(draft, item.id, next));
  const isOpen = missingOf(answer) !== null;
  return (
    <li
      id={`item-${item.id}`}
      className={styles.item}
      tabIndex={-1}
      data-testid="form-item"
      data-item={item.id}
      data-open={isOpen}
    >
      <h2 className={styles.demand} id={`demand-${item.id}`}>
        {number}. {item.demand[language]}
      </h2>
      <span className={styles.marks}>
        <span className={styles.rank}>{term("inspection_rank", item.rank)}</span>
        <Source source={item.source} />
      </span>
      <Facts facts={item.facts} windowS={draft.form.window_s} />
      <Radio.Group
        className={styles.results}
        optionType="button"
        buttonStyle="solid"
        size="large"
        disabled={!isWriting}
        value={answer.result}
        onChange={(event) => set(withResult(answer, event.target.value as InspectionResult))}
        options={RESULTS.map((value) => ({ value, label: term("inspection_result", value) }))}
        aria-labelledby={`demand-${item.id}`}
      />
      {(answer.result === "mostly_met" || answer.result === "not_met") && (
        <Found answer={answer} itemId={item.id} isWriting={isWriting} set={set} />
      )}
      <Pictures draft={draft} itemId={item.id} isWriting={isWriting} change={change} />
      {missingOf(answer) === "note" && <p className={styles.missing}>{t("forms.noteNeeded")}</p>}
    </li>
  );
}

interface FoundProps {
  answer: FormAnswer;
  itemId: number;
  isWriting: boolean;
  set: (answer: FormAnswer) => void;
}

function Found({ answer, itemId, isWriting, set }: FoundProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const isHazard = answer.grade !== null;
  return (
    <div className={styles.found}>
      {answer.result === "mostly_met" && (
        <Checkbox
          disabled={!isWriting}
          checked={isHazard}
          onChange={(event) =>
            set({ ...answer, grade: event.target.checked ? "general" : null, rectifyBy: null })
          }
          data-testid="is-hazard"
        >
          {t("forms.isHazard")}
        </Checkbox>
      )}
      <Input.TextArea
        rows={2}
        maxLength={MAX_NOTE}
        disabled={!isWriting}
        value={answer.note}
        aria-label={t("forms.note")}
        placeholder={t("forms.noteHint")}
        onChange={(event) => set({ ...answer, note: event.target.value })}
        data-testid="item-note"
      />
      {isHazard && (
        <>
          <Radio.Group
            className={styles.results}
            optionType="button"
            size="large"
            disabled={!isWriting}
            value={answer.grade}
            onChange={(event) => set({ ...answer, grade: event.target.value as HazardGrade })}
            options={termIds("hazard_grade").map((value) => ({
              value,
              label: term("hazard_grade", value),
            }))}
            aria-label={t("forms.grade")}
          />
          <div className={styles.rectify}>
            <Radio.Group
              className={styles.results}
              optionType="button"
              size="large"
              disabled={!isWriting}
              value={answer.rectifyBy === null ? "at_once" : "by_date"}
              onChange={(event) =>
                set({
                  ...answer,
                  rectifyBy:
                    event.target.value === "at_once" ? null : dayjs().add(7, "day").format("YYYY-MM-DD"),
                })
              }
              options={termIds("hazard_at_once").map((value) => ({
                value,
                label: term("hazard_at_once", value),
              }))}
              aria-label={t("forms.rectify")}
            />
            {answer.rectifyBy !== null && (
              <DatePicker
                id={`rectify-${itemId}`}
                size="large"
                inputReadOnly
                allowClear={false}
                disabled={!isWriting}
                value={dayjs(answer.rectifyBy)}
                minDate={dayjs()}
                maxDate={dayjs().add(365, "day")}
                onChange={(day) => day && set({ ...answer, rectifyBy: day.format("YYYY-MM-DD") })}
                aria-label={t("forms.rectifyBy")}
                data-testid="rectify-by"
              />
            )}
          </div>
        </>
      )}
    </div>
  );
}

function Pictures({ draft, itemId, isWriting, change }: Omit<Props, "item" | "number"> & { itemId: number }) {
  const { t } = useTranslation();
  const camera = useRef<HTMLInputElement>(null);
  const ours = draft.photographs.filter((each) => each.itemId === itemId);
  const { add, isReading } = usePhotographs(MAX_FORM_PHOTOGRAPHS - ours.length, (taken) =>
    change(
      rewrittenForm(draft, {
        photographs: [...draft.photographs, ...taken.map((each) => ({ ...each, itemId }))],
      }),
    ),
  );
  const without = (id: string) =>
    rewrittenForm(draft, { photographs: draft.photographs.filter((each) => each.id !== id) });
  return (
    <>
      {ours.length > 0 && (
        <ul className={styles.taken}>
          {ours.map((photograph) => (
            <Taken
              key={photograph.id}
              photograph={photograph}
              onRemove={isWriting ? () => void change(without(photograph.id)) : undefined}
            />
          ))}
        </ul>
      )}
      {isWriting && (
        <Button
          icon={<CameraOutlined />}
          size="large"
          loading={isReading}
          disabled={ours.length >= MAX_FORM_PHOTOGRAPHS}
          onClick={() => camera.current?.click()}
          data-testid="item-photograph"
        >
          {t("tasks.takePhotograph")}
        </Button>
      )}
      <CameraInput input={camera} onFiles={(files) => void add(files)} testId="item-camera" />
    </>
  );
}
