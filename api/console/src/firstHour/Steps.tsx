import { CheckCircleFilled, ClockCircleOutlined, RightCircleFilled } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { FirstHourView, StepView } from "../http/types";
import styles from "./firstHour.module.css";
import { addressOf } from "./address";

const ICONS = { done: CheckCircleFilled, next: RightCircleFilled, later: ClockCircleOutlined } as const;

/** What is done, what is next and where; each is told by facts, nothing is ticked off. */
export function Steps({ view }: { view: FirstHourView }) {
  const { t } = useTranslation();
  return (
    <ol className={styles.steps} aria-label={t("firstHour.title")}>
      {view.steps.map((step) => (
        <Step key={step.step} step={step} view={view} />
      ))}
    </ol>
  );
}

function Step({ step, view }: { step: StepView; view: FirstHourView }) {
  const { t } = useTranslation();
  const Icon = ICONS[step.state];
  const address = addressOf(step, view);
  const isNext = step.state === "next";
  return (
    <li
      className={styles.step}
      data-testid="first-hour-step"
      data-step={step.step}
      data-state={step.state}
      aria-current={isNext ? "step" : undefined}
    >
      <Icon className={styles.icon} aria-hidden="true" />
      <div className={styles.what}>
        <strong>{t(`firstHour.steps.${step.step}`)}</strong>
        <span className={styles.state}>{t(`firstHour.states.${step.state}`)}</span>
        {step.count !== null && step.state !== "later" && (
          <span className={styles.muted}>
            {step.of === null
              ? t("firstHour.cameras", { count: step.count })
              : t("firstHour.camerasOf", { done: step.count, count: step.of })}
          </span>
        )}
        {isNext && <p className={styles.muted}>{t(`firstHour.how.${step.step}`)}</p>}
        {step.trouble && step.state !== "later" && (
          <p className={styles.trouble}>{t(`firstHour.trouble.${step.trouble}`)}</p>
        )}
      </div>
      {address && step.state !== "later" && (
        <Link to={address} className={styles.go} data-testid="first-hour-go">
          {isNext ? (
            <Button type="primary" tabIndex={-1}>
              {t(`firstHour.go.${step.step}`)}
            </Button>
          ) : (
            t("firstHour.look")
          )}
        </Link>
      )}
    </li>
  );
}
