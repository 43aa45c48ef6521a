import { RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Popconfirm } from "antd";
import { useEffect, useReducer, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { toProblem } from "../../http/problem";
import type { FloorPlanList, FloorPlanView, PlanCamera } from "../../http/types";
import { Exact } from "../../time/TimeText";
import { useUnsaved } from "../../ui/useUnsaved";
import { begin, undoOf } from "../../drawing/history";
import { actOf, edit, same } from "./editing";
import { pointed, type Point } from "../../drawing/point";
import { useWindowKeys } from "../../drawing/useWindowKeys";
import { Handles } from "./Handles";
import { HungSymbol } from "./HungSymbol";
import { LookForm } from "./LookForm";
import { usePictureFault } from "./pictureFault";
import styles from "./plan.module.css";
import { Stage } from "./Stage";
import { ToPlace } from "./ToPlace";

interface Props {
  schoolId: string;
  plan: FloorPlanView;
  others: readonly FloorPlanView[];
  cameras: ReadonlyMap<number, PlanCamera>;
  onDone: () => void;
  /** Somebody else saved it meanwhile, and what they saved is to be gone on with. */
  onTheirs: () => Promise<void>;
}

/** Cameras are put on a plan, turned and widened: by mouse, by finger and by keys alike. */
export function PlanEditor({ schoolId, plan, others, cameras, onDone, onTheirs }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const fault = usePictureFault();
  const [now, act] = useReducer(edit, plan.cameras, begin);
  const [titleZh, setTitleZh] = useState(plan.title_zh);
  const [titleEn, setTitleEn] = useState(plan.title_en);
  const [chosen, setChosen] = useState<number | null>(null);
  /** The camera that hangs where the plan is touched next. */
  const [armed, setArmed] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const stage = useRef<HTMLDivElement>(null);
  const hung = now.state.find((each) => each.camera_key === chosen);
  const isChanged =
    !same(now.state, plan.cameras) || titleZh !== plan.title_zh || titleEn !== plan.title_en;
  const save = useMutation({
    mutationFn: (version: number) =>
      api.putFloorPlan(schoolId, { id: plan.id, version }, {
        title_zh: titleZh,
        title_en: titleEn,
        cameras: [...now.state],
      }),
    onSuccess: (saved) => {
      client.setQueryData<FloorPlanList>(keys.floorPlans(schoolId), (read) =>
        read && { ...read, items: read.items.map((each) => (each.id === saved.id ? saved : each)) },
      );
      void client.invalidateQueries({ queryKey: keys.floorPlans(schoolId) });
      onDone();
    },
  });
  useUnsaved(isChanged && !save.isSuccess);
  const place = (key: number, at: Point) => {
    act({ kind: "place", key, at });
    setArmed(null);
    setChosen(key);
    setSaid(t("plan.placed", { name: cameras.get(key)?.name ?? "" }));
  };
  // What was just put on the plan is turned and moved on from there by keys.
  useEffect(() => {
    if (said) stage.current?.querySelector<HTMLElement>(`[data-camera="${chosen}"]`)?.focus();
  }, [said, chosen]);
  useWindowKeys((event) => {
    if (event.key === "Escape") setArmed(null);
    const found = undoOf(event);
    if (!found) return;
    event.preventDefault();
    act(found);
  });
  const onCameraKey = (event: KeyboardEvent, key: number) => {
    const found = actOf(event, key, plan);
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    act(found);
  };
  const problem = save.error && toProblem(save.error, undefined);
  return (
    <div className={styles.editor} data-testid="plan-editor">
      <div className={styles.bar}>
        <label className={styles.title}>
          {t("plan.titleZh")}
          <Input value={titleZh} maxLength={64} onChange={(event) => setTitleZh(event.target.value)} />
        </label>
        <label className={styles.title}>
          {t("plan.titleEn")}
          <Input value={titleEn} maxLength={64} onChange={(event) => setTitleEn(event.target.value)} />
        </label>
        <span className={styles.actions}>
          <Button
            icon={<UndoOutlined />}
            disabled={now.past.length === 0}
            onClick={() => act({ kind: "undo" })}
            aria-label={t("plan.undo")}
            title={t("plan.undo")}
            data-testid="plan-undo"
          />
          <Button
            icon={<RedoOutlined />}
            disabled={now.future.length === 0}
            onClick={() => act({ kind: "redo" })}
            aria-label={t("plan.redo")}
            title={t("plan.redo")}
          />
          {isChanged ? (
            <Popconfirm
              title={t("plan.giveUpAsk")}
              okText={t("plan.giveUp")}
              cancelText={t("plan.goOn")}
              onConfirm={onDone}
            >
              <Button data-testid="plan-cancel">{t("action.cancel")}</Button>
            </Popconfirm>
          ) : (
            <Button onClick={onDone} data-testid="plan-cancel">
              {t("action.cancel")}
            </Button>
          )}
          <Button
            type="primary"
            disabled={titleZh.trim() === ""}
            loading={save.isPending}
            onClick={() => save.mutate(plan.version)}
            data-testid="plan-save"
          >
            {t("action.save")}
          </Button>
        </span>
      </div>
      {problem?.code === "floor_plan_changed" ? (
        <Alert
          type="warning"
          showIcon
          data-testid="plan-conflict"
          title={
            <>
              {t("plan.changedMeanwhile", { by: problem.params["by"] ?? "" })}{" "}
              {problem.params["at"] && <Exact moment={problem.params["at"]} />}
            </>
          }
          description={t("plan.changedText")}
          action={
            <span className={styles.choices}>
              <Button size="small" onClick={() => void onTheirs()} data-testid="plan-theirs">
                {t("plan.takeTheirs")}
              </Button>
              <Button
                size="small"
                danger
                onClick={() => save.mutate(Number(problem.params["version"]))}
                data-testid="plan-mine"
              >
                {t("plan.keepMine")}
              </Button>
            </span>
          }
        />
      ) : (
        problem && <Alert type="error" showIcon title={fault(problem)} data-testid="plan-problem" />
      )}
      <p className={styles.hint}>{t(armed === null ? "plan.howTo" : "plan.tapPlan")}</p>
      <div className={styles.layout}>
        <Stage
          plan={plan}
          cameras={now.state}
          stateOf={(key) => cameras.get(key)?.state ?? "unknown"}
          chosen={chosen}
          isEdited
          stage={stage}
        >
          {now.state.map((each, at) => (
            <HungSymbol
              key={each.camera_key}
              number={at + 1}
              hung={each}
              camera={cameras.get(each.camera_key)}
              isChosen={each.camera_key === chosen}
              stage={stage}
              act={act}
              onChosen={() => setChosen(each.camera_key)}
              onKey={(event) => onCameraKey(event, each.camera_key)}
            />
          ))}
          {hung && <Handles hung={hung} size={plan} stage={stage} act={act} />}
          {armed !== null && (
            <div
              className={styles.target}
              data-testid="plan-target"
              onPointerUp={(event) => {
                const box = event.currentTarget.getBoundingClientRect();
                place(armed, pointed(event, box));
              }}
            />
          )}
        </Stage>
        <div className={styles.side}>
          {hung && (
            <LookForm
              name={cameras.get(hung.camera_key)?.name ?? ""}
              hung={hung}
              act={act}
              onRemoved={() => setChosen(null)}
            />
          )}
          <ToPlace
            cameras={cameras}
            placed={now.state}
            others={others}
            stage={stage}
            armed={armed}
            onArmed={(key) => {
              setArmed(key);
              // On a phone the list stands below the plan.
              if (key !== null) stage.current?.scrollIntoView({ block: "nearest" });
            }}
            onPlaced={place}
          />
          <p className={styles.keys}>{t("plan.keys")}</p>
        </div>
      </div>
      <p className="visually-hidden" aria-live="polite">
        {said}
      </p>
    </div>
  );
}
