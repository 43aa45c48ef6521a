import { DownOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { RiskMark } from "../alert/RiskMark";
import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useCameraNames } from "../schools/CameraPlace";
import { formatDuration } from "../time/format";
import { NextStep } from "./NextStep";
import { ReadinessMark } from "../rule/ReadinessMark";
import { ruleKind } from "../camera/ofRule";
import { missingWants } from "../rule/wants";
import { analysedFor, dissenters, spokesman, type Row } from "./rules";
import styles from "./rules.module.css";
import { useWantName } from "../rule/useWantName";

const SHOWN_CAMERAS = 4;

interface Props {
  row: Row;
  /** Whether the list of cameras was read; without it nothing is said about where a rule is. */
  camerasKnown: boolean;
}

/** One rule: whether it can watch, what it must know, where it watches, and what to do next. */
export function RuleRow({ row, camerasKnown }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [open, setOpen] = useState(false);
  const { view, cameras, watching } = row;
  const box = spokesman(view);
  const missing = missingWants(box);
  const others = dissenters(view);
  const kind = ruleKind(view.rule);
  const wantName = useWantName();
  return (
    <li
      className={styles.row}
      data-testid="rule-row"
      data-rule={view.rule}
      data-state={view.state}
      data-cameras={cameras.length}
    >
      <div className={styles.name}>
        <h2>{term("rules", view.rule)}</h2>
        {view.risk && <RiskMark risk={view.risk} />}
        <code className={styles.id}>{view.rule}</code>
      </div>
      <div>
        <ReadinessMark state={view.state} />
        <p className={styles.why}>
          {missing.length > 0
            ? t("rules.noModelFor", { what: missing.map(wantName).join(t("list.separator")) })
            : box && box.to_accept.length > 0
              ? t("rules.termsUnknown", { models: box.to_accept.join(t("list.separator")) })
              : view.state === "unknown"
                ? t("rules.nobodyTold")
                : null}
        </p>
        {others.map((each) => (
          <p key={each.worker_id} className={styles.why} data-testid="rule-dissent">
            {t("rules.onBox", { box: each.worker_id, state: term("readiness", each.state) })}
            {each.lost && ` · ${term("camera_state", "worker_lost")}`}
          </p>
        ))}
      </div>
      <ul className={styles.wants} aria-label={t("rules.wants")}>
        {box?.wants.length === 0 && kind !== "configured" && (
          <li className={styles.muted}>{t(kind === "digest" ? "rules.fromAlerts" : "rules.noModelNeeded")}</li>
        )}
        {box?.wants.map((want) => (
          <Tooltip
            key={`${want.kind}/${want.name}`}
            title={
              want.model === null
                ? t(want.kind === "class" ? "rules.missingClass" : "rules.missingAttribute", {
                    name: wantName(want),
                  })
                : t("rules.toldBy", { name: wantName(want), model: want.model })
            }
          >
            <li className={styles.want} data-missing={want.model === null}>
              {wantName(want)}
            </li>
          </Tooltip>
        ))}
      </ul>
      <div className={styles.where}>
        {!camerasKnown ? (
          <p className={styles.muted}>{t("rules.camerasUnknown")}</p>
        ) : cameras.length === 0 ? (
          <p className={styles.muted}>{t(kind === "configured" ? "rules.notConfigured" : "rules.nowhere")}</p>
        ) : (
          <>
            <p>
              <Link to={`/cameras?rule=${view.rule}`} data-testid="rule-cameras">
                {t("rules.onCameras", { count: cameras.length })}
              </Link>
              <span className={styles.muted}>
                {" · "}
                {watching === cameras.length
                  ? t("rules.allWatching")
                  : t("rules.watching", { n: watching, all: cameras.length })}
              </span>
              {" "}
              <Link to={`/?status=all&rule=${view.rule}`} className={styles.door}>
                {t("rules.alertsOf")}
              </Link>
            </p>
            {kind !== "digest" && (
              <ul className={styles.cameras}>
                {cameras.slice(0, SHOWN_CAMERAS).map((camera) => (
                  <CameraChip key={camera.id} rule={view.rule} camera={camera} />
                ))}
                {cameras.length > SHOWN_CAMERAS && (
                  <li className={styles.muted}>{t("rules.more", { n: cameras.length - SHOWN_CAMERAS })}</li>
                )}
              </ul>
            )}
          </>
        )}
      </div>
      <Button
        type={view.state === "ready" || view.state === "unknown" ? "text" : "default"}
        size="small"
        className={styles.toggle ?? ""}
        icon={open ? <DownOutlined /> : <RightOutlined />}
        onClick={() => setOpen(!open)}
        aria-expanded={open}
        data-testid="rule-how"
      >
        {t("rules.how")}
      </Button>
      {open && <NextStep view={view} box={box} isUsed={cameras.length > 0} />}
    </li>
  );
}

function CameraChip({ rule, camera }: { rule: string; camera: CameraView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const nameCamera = useCameraNames();
  const seconds = analysedFor(rule, camera);
  const watches = camera.state === "watching";
  const state = term("camera_state", camera.state);
  const hours = Math.round(camera.analysed_window_s / 3600);
  const looked =
    seconds === null ? "" : ` · ${t("rules.analysed", { h: hours, length: formatDuration(t, seconds) })}`;
  return (
    <Tooltip title={`${state}${looked}`}>
      <li className={styles.camera} data-watching={watches}>
        <span className={watches ? styles.dot : `${styles.dot} hatched`} aria-hidden="true" />
        {nameCamera(camera)}
        {!watches && <span className={styles.muted}>{state}</span>}
      </li>
    </Tooltip>
  );
}
