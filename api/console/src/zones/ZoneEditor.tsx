import { PictureOutlined } from "@ant-design/icons";
import { Alert, Button, ConfigProvider } from "antd";
import { useReducer, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { ProblemList } from "../configuration/ProblemList";
import { begin, undoOf } from "../drawing/history";
import type { Point, Size } from "../drawing/point";
import { useWindowKeys } from "../drawing/useWindowKeys";
import type { CameraSetup, CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useUnsaved } from "../ui/useUnsaved";
import { AddRule } from "./AddRule";
import { Drawing } from "./Drawing";
import { edit, ruleName, same, shapeOf, sharing, typeOf, type Rule } from "./editing";
import { Handles } from "./Handles";
import { scheduleFault } from "./options";
import { Preview } from "./Preview";
import { RuleForm } from "./RuleForm";
import { RuleList } from "./RuleList";
import { SaveDialog } from "./SaveDialog";
import { faultOf, insertedAfter, removedAt, type Fault } from "./shapes";
import { Tools } from "./Tools";
import { Tracing } from "./Tracing";
import { useFaultText } from "./useFaultText";
import { useFrames, useReadiness } from "./useZones";
import styles from "./zones.module.css";

interface Props {
  camera: CameraView;
  begun: CameraSetup;
  isReadOnly: boolean;
  onChanged: (isChanged: boolean) => void;
  onSaved: (setup: CameraSetup) => void;
  onGiveUp: () => void;
}

/** Zones and lines over the camera's picture, and beside them its rules. */
export function ZoneEditor({ camera, begun, isReadOnly, onChanged, onSaved, onGiveUp }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const faultText = useFaultText();
  const [now, dispatch] = useReducer(edit, begun.rules, begin<readonly Rule[]>);
  const [chosen, setChosen] = useState(0);
  const [corner, setCorner] = useState<number | null>(null);
  const [isTracing, setTracing] = useState(false);
  const [refused, setRefused] = useState<Fault | null>(null);
  const [isSaving, setSaving] = useState(false);
  const frames = useFrames(camera.id);
  const [frame, setFrame] = useState(0);
  const [measured, setMeasured] = useState<Size | null>(null);
  const readiness = useReadiness(begun.box_id);
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const stage = useRef<HTMLDivElement>(null);
  const size = measured ?? camera.stream ?? { width: 1280, height: 720 };
  const rules = now.state;
  const rule = rules[chosen];
  const shape = shapeOf(rule);
  const isChanged = !same(rules, begun.rules);
  useUnsaved(isChanged);
  const act: typeof dispatch = (wanted) => {
    const next = edit(now, wanted).state;
    dispatch(wanted);
    setRefused(null);
    onChanged(!same(next, begun.rules));
    // Where corners come and go, the one that was held is another.
    if (wanted.kind !== "shape") setCorner(null);
    if (chosen >= next.length) setChosen(Math.max(0, next.length - 1));
  };
  const choose = (index: number) => {
    setChosen(index);
    setCorner(null);
    setTracing(false);
    setRefused(null);
  };
  useWindowKeys((event) => {
    const way = undoOf(event);
    if (!way || isSaving || isTracing) return;
    event.preventDefault();
    act(way);
  });
  const fault = shape && (refused ?? faultOf(shape.points, shape.kind));
  const isWrong = rules.some(isRuleWrong);
  const corners = rules.flatMap((each, index): readonly Point[] =>
    index === chosen || sharing(rules, chosen).includes(index) ? [] : (shapeOf(each)?.points ?? []),
  );
  const move = (to: (points: readonly Point[]) => readonly Point[]) =>
    act({ kind: "shape", index: chosen, step: null, to });
  return (
    <>
      {begun.problems.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t("zones.refused")}
          description={<ProblemList problems={begun.problems} />}
          data-testid="zones-refused"
        />
      )}
      <div className={styles.layout}>
        <div className={styles.canvas}>
          <div className={styles.bar} ref={setBar}>
            {!isReadOnly && !isTracing && (
              <Tools
                now={now}
                shape={shape}
                corner={corner}
                act={act}
                onTrace={() => setTracing(true)}
                onInsert={() => shape && corner !== null && move((points) => insertedAfter(points, corner, shape.kind))}
                onRemove={() => {
                  if (corner !== null) move((points) => removedAt(points, corner));
                  setCorner(null);
                }}
              />
            )}
            {!isTracing && frames.length > 1 && (
              <Button
                size="small"
                className={styles.last ?? ""}
                icon={<PictureOutlined />}
                onClick={() => setFrame((frame + 1) % frames.length)}
                data-testid="zones-frame"
              >
                {t("zones.otherFrame")}
              </Button>
            )}
          </div>
          <Drawing
            rules={rules}
            chosen={chosen}
            picture={frames[frame] ?? null}
            size={size}
            stage={stage}
            onChosen={choose}
            onSize={setMeasured}
          >
            {shape && !isTracing && !isReadOnly && (
              <Handles
                shape={shape}
                index={chosen}
                corner={corner}
                corners={corners}
                fault={fault}
                size={size}
                stage={stage}
                act={act}
                onCorner={setCorner}
              />
            )}
            {shape && isTracing && (
              <Tracing
                kind={shape.kind}
                size={size}
                corners={corners}
                bar={bar}
                onFault={setRefused}
                onDone={(points) => {
                  move(() => points);
                  setTracing(false);
                }}
                onCancel={() => {
                  setRefused(null);
                  setTracing(false);
                }}
              />
            )}
          </Drawing>
          <p className={styles.wrong} aria-live="polite" data-testid="zone-fault">
            {fault && shape ? faultText(fault, shape.kind) : ""}
          </p>
          {!isReadOnly && <p className={styles.muted}>{t(isTracing ? "zones.traceHelp" : "zones.help")}</p>}
        </div>
        <div className={styles.side}>
          {rules.length === 0 && <p className={styles.muted}>{t("zones.none")}</p>}
          <RuleList rules={rules} chosen={chosen} readiness={readiness} onChosen={choose} />
          {begun.rule_sets.length > 0 && (
            <p className={styles.muted}>{t("zones.sets", { files: begun.rule_sets.join(", ") })}</p>
          )}
          {!isReadOnly && (
            <AddRule
              rules={rules}
              readiness={readiness}
              onAdd={(added) => {
                act({ kind: "add", rules: added });
                choose(rules.length);
              }}
            />
          )}
          {rule && (
            <ConfigProvider componentDisabled={isReadOnly}>
              <RuleForm
                key={ruleName(rule)}
                rule={rule}
                index={chosen}
                sharers={sharing(rules, chosen).flatMap((at) => {
                  const other = rules[at];
                  return other ? [term("rules", typeOf(other))] : [];
                })}
                problems={problemsAt(begun, rules, chosen)}
                act={act}
              />
            </ConfigProvider>
          )}
          {!isReadOnly && (
            <Button
              type="primary"
              disabled={!isChanged || isWrong}
              onClick={() => setSaving(true)}
              data-testid="zones-save"
            >
              {t("zones.save")}
            </Button>
          )}
        </div>
      </div>
      <Preview cameraKey={camera.id} rules={rules} isWrong={isWrong} />
      {isSaving && (
        <SaveDialog
          begun={begun}
          rules={rules}
          readiness={readiness}
          onSaved={onSaved}
          onClose={() => setSaving(false)}
          onGiveUp={onGiveUp}
        />
      )}
    </>
  );
}

function isRuleWrong(rule: Rule): boolean {
  const shape = shapeOf(rule);
  if (shape && (shape.name.trim() === "" || faultOf(shape.points, shape.kind))) return true;
  return scheduleFault(rule["schedule"]) !== null || scheduleFault(rule["hours"]) !== null;
}

/** What the box said of a rule, while it stands as it was refused; paths begin at the rule. */
function problemsAt(begun: CameraSetup, rules: readonly Rule[], index: number) {
  const rule = rules[index];
  const before = begun.rules[index];
  if (!rule || !before || !same([rule], [before])) return [];
  const here = `rules[${index}].`;
  return begun.problems
    .map(({ path = "", ...problem }) => ({ ...problem, path }))
    .filter(({ path }) => path.startsWith(here))
    .map((problem) => ({ ...problem, path: problem.path.slice(here.length) }));
}
