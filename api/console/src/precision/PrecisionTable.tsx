import { Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { PrecisionReport } from "../http/types";
import { useTerm } from "../i18n/terms";
import { CameraPlace, placeOf } from "../schools/CameraPlace";
import { Door } from "./Door";
import { linesOf, type Line, type View } from "./precision";
import styles from "./precision.module.css";
import { ProposalCell, ProposalDetail } from "./ProposalDetail";
import { Reasons } from "./Reasons";
import { Share } from "./Share";

const SHORT_HASH = 8;

/** The report's rows: how often alerts were true, why they were not, and what a threshold would do. */
export function PrecisionTable({ report, view }: { report: PrecisionReport; view: View }) {
  const { t } = useTranslation();
  const term = useTerm();
  const number = (
    title: string,
    field: "confirmed" | "false_positive" | "pending_review",
  ): TableColumnsType<Line>[number] => ({
    title,
    key: field,
    align: "right",
    render: (_, { figures, behind }) => (
      <Door count={figures[field]} behind={{ ...behind, status: [field] }} name={title} />
    ),
  });
  const columns: TableColumnsType<Line> = [
    { title: t(`precision.views.${view}`), key: "what", render: (_, line) => <What line={line} /> },
    { title: t("precision.share"), key: "share", render: (_, { figures }) => <Share figures={figures} /> },
    number(term("alert_status", "confirmed"), "confirmed"),
    number(term("alert_status", "false_positive"), "false_positive"),
    { title: t("precision.reasons"), key: "reasons", render: (_, line) => <Reasons line={line} most={2} /> },
    number(t("precision.pending"), "pending_review"),
    ...(view === "rule_model" || view === "row"
      ? [
          {
            title: t("precision.proposal"),
            key: "proposal",
            render: (_: unknown, { proposal }: Line) => proposal && <ProposalCell proposal={proposal} />,
          },
        ]
      : []),
  ];
  return (
    <Table<Line>
      rowKey="key"
      size="small"
      dataSource={linesOf(report, view)}
      columns={columns}
      pagination={false}
      scroll={{ x: "max-content" }}
      expandable={{
        expandedRowRender: (line) => (
          <div className={styles.detail}>
            <Reasons line={line} />
            {line.proposal && (
              <ProposalDetail
                line={line}
                proposal={line.proposal}
                few={report.few}
                fewConfirmed={report.few_confirmed}
              />
            )}
          </div>
        ),
      }}
      onRow={({ key }) =>
        ({ "data-testid": "precision-row", "data-key": key }) as React.HTMLAttributes<HTMLElement>
      }
    />
  );
}

/** What a row is about: rule, model, camera, or some of them. */
function What({ line: { rule, model, camera } }: { line: Line }) {
  const term = useTerm();
  return (
    <>
      {rule && <strong>{term("rules", rule)}</strong>}
      {model && (
        <div className={rule ? styles.muted : undefined} title={model.model_sha256}>
          {model.model_id} <code className={styles.hash}>{model.model_sha256.slice(0, SHORT_HASH)}</code>
        </div>
      )}
      {camera && <CameraDoor camera={camera} />}
    </>
  );
}

/** Narrows the page to one camera. */
function CameraDoor({ camera }: { camera: NonNullable<Line["camera"]> }) {
  const [params] = useSearchParams();
  const next = new URLSearchParams(params);
  next.set("camera", String(camera.camera_key));
  next.set("by", "row");
  return (
    <Link to={`?${next.toString()}`} className={styles.door}>
      <CameraPlace camera={placeOf(camera)} />
    </Link>
  );
}
