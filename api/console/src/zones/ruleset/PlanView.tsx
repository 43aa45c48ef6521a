import { CheckCircleOutlined, EditOutlined, StopOutlined } from "@ant-design/icons";
import { Alert, Checkbox, Collapse } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DiffList } from "../../configuration/DiffList";
import { ProblemList } from "../../configuration/ProblemList";
import type { BoxPlan, CameraPlan, RuleSetPlan } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { schoolName } from "../../schools/schoolName";
import { StateMark } from "../../ui/StateMark";
import styles from "../zones.module.css";
import { countOf, isLocal, OUTCOMES } from "./plan";

interface Props {
  plan: RuleSetPlan;
  taken: readonly number[];
  onTaken: (boxIds: number[]) => void;
}

/** What becomes of each camera, by box: each box is one new version. */
export function PlanView({ plan, taken, onTaken }: Props) {
  const { t } = useTranslation();
  const counts = countOf(plan);
  return (
    <div className={styles.plan} data-testid="rule-set-plan">
      <p role="status">
        {OUTCOMES.map((each) => t(`ruleSet.count.${each}`, { count: counts[each] })).join(t("list.separator"))}
      </p>
      {plan.boxes.map((box) => (
        <OfBox
          key={box.box_id}
          box={box}
          isTaken={taken.includes(box.box_id)}
          onTaken={(isTaken) =>
            onTaken(isTaken ? [...taken, box.box_id] : taken.filter((each) => each !== box.box_id))
          }
        />
      ))}
      {plan.without_box.length > 0 && (
        <section className={styles.form}>
          <h3>{t("ruleSet.withoutBox")}</h3>
          <Cameras cameras={plan.without_box} />
        </section>
      )}
    </div>
  );
}

interface BoxProps {
  box: BoxPlan;
  isTaken: boolean;
  onTaken: (isTaken: boolean) => void;
}

function OfBox({ box, isTaken, onTaken }: BoxProps) {
  const { t } = useTranslation();
  return (
    <section className={styles.form} data-testid="rule-set-box" data-box={box.box_name}>
      <h3>
        {schoolName(box.school)} <code>{box.box_name}</code>
      </h3>
      {(isLocal(box) || isTaken) && (
        <Checkbox checked={isTaken} onChange={({ target }) => onTaken(target.checked)} data-testid="rule-set-take">
          {t("ruleSet.take")}
        </Checkbox>
      )}
      <Cameras cameras={box.cameras} />
      {box.problems.length > 0 && <ProblemList problems={box.problems} />}
      {box.lost_remarks.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={t("zones.lostRemarks")}
          description={<pre className={styles.remarks}>{box.lost_remarks.join("\n")}</pre>}
        />
      )}
      {box.diff && (
        <Collapse
          size="small"
          ghost
          items={[
            {
              key: "diff",
              label: t("ruleSet.diff", { number: box.version + 1, count: box.diff.total }),
              children: <DiffList diff={box.diff} />,
            },
          ]}
        />
      )}
    </section>
  );
}

const MARKS = {
  changes: { tone: "noted", icon: EditOutlined },
  unchanged: { tone: "idle", icon: CheckCircleOutlined },
  refused: { tone: "gap", icon: StopOutlined },
} as const;

function Cameras({ cameras }: { cameras: readonly CameraPlan[] }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.planned}>
      {cameras.map((camera) => (
        <li
          key={camera.camera_key}
          data-testid="rule-set-camera"
          data-camera-id={camera.camera_id}
          data-outcome={camera.outcome}
        >
          <StateMark
            {...MARKS[camera.outcome]}
            word={t(`ruleSet.outcome.${camera.outcome}`)}
            testId="rule-set-outcome"
          />{" "}
          <strong>{camera.name}</strong> <What camera={camera} />
        </li>
      ))}
    </ul>
  );
}

function What({ camera }: { camera: CameraPlan }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { why, because_of = [], added = [], updated = [], models = [], rule_sets = [] } = camera;
  const names = (rules: readonly string[]) => rules.map((each) => term("rules", each)).join(t("list.separator"));
  if (camera.outcome === "refused" && why) {
    return (
      <span className={styles.muted}>
        {t(`ruleSet.why.${why}`)}
        {because_of.length > 0 && ` ${t("ruleSet.becauseOf", { names: names(because_of) })}`}
      </span>
    );
  }
  if (camera.outcome !== "changes") return null;
  return (
    <span className={styles.muted}>
      {[
        added.length > 0 && t("ruleSet.added", { names: names(added) }),
        updated.length > 0 && t("ruleSet.updated", { names: names(updated) }),
        models.length > 0 && t("ruleSet.models", { names: models.join(t("list.separator")) }),
        rule_sets.length > 0 && t("ruleSet.files", { names: rule_sets.join(t("list.separator")) }),
      ]
        .filter((each) => each !== false)
        .join(" · ")}{" "}
      {added.length > 0 && <Link to={`/cameras/${camera.camera_key}/zones`}>{t("ruleSet.draw")}</Link>}
    </span>
  );
}
