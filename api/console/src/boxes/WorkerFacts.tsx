import { WarningOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { WorkerView } from "../http/types";
import { formatDuration } from "../time/format";
import { Ago } from "../time/TimeText";
import { CLOCK_WRONG_S, DISK_LOW_BYTES } from "./box";
import styles from "./boxes.module.css";
import type { Wire } from "./software";

interface Props {
  worker: WorkerView;
  wire: Wire;
  lowered: { lowered: number; all: number };
}

/** Version, clock, backlog, load and disk of what runs on a box. */
export function WorkerFacts({ worker, wire, lowered }: Props) {
  const { t } = useTranslation();
  const offset = worker.clock_offset_s;
  const isWrong = Math.abs(offset) >= CLOCK_WRONG_S;
  const clock = t(offset < 0 ? "boxes.behind" : "boxes.ahead", {
    length: formatDuration(t, Math.abs(offset)),
  });
  return (
    <dl className={styles.facts} data-testid="worker" data-lost={worker.lost}>
      <Fact name={t("boxes.version")} wrong={wire !== "same"}>
        <span data-testid="worker-version" data-wire={wire}>
          {worker.version}
          {wire !== "same" && ` · ${t(`boxes.wire.${wire}`)}`}
        </span>
      </Fact>
      <Fact name={t("boxes.clock")} wrong={isWrong}>
        {isWrong ? clock : t("boxes.clockRight")}
      </Fact>
      <Fact name={t("boxes.backlog")} wrong={worker.outbox_refused > 0}>
        {worker.outbox_pending === 0
          ? t("boxes.noBacklog")
          : t("boxes.pending", { count: worker.outbox_pending, size: bytes(worker.outbox_bytes) })}
        {worker.outbox_refused > 0 && ` ${t("boxes.held", { count: worker.outbox_refused })}`}
      </Fact>
      <Fact name={t("boxes.load")} wrong={lowered.lowered > 0}>
        {lowered.all === 0
          ? t("boxes.noCameras")
          : lowered.lowered === 0
            ? t("boxes.keepsUp")
            : t("boxes.lowered", { n: lowered.lowered, all: lowered.all })}
      </Fact>
      <Fact name={t("boxes.cpu")}>
        <span data-testid="worker-cpu">
          {typeof worker.cpu_busy !== "number" ? t("boxes.unknown") : `${Math.round(worker.cpu_busy * 100)} %`}
        </span>
      </Fact>
      <Fact name={t("boxes.disk")} wrong={worker.disk_free_bytes < DISK_LOW_BYTES}>
        {typeof worker.disk_total_bytes !== "number"
          ? t("boxes.free", { size: bytes(worker.disk_free_bytes) })
          : t("boxes.freeOf", {
              size: bytes(worker.disk_free_bytes),
              all: bytes(worker.disk_total_bytes),
            })}
      </Fact>
      <Fact name={t("boxes.running")}>
        <Ago moment={worker.started_at} />
      </Fact>
    </dl>
  );
}

function Fact({ name, wrong = false, children }: { name: string; wrong?: boolean; children: ReactNode }) {
  return (
    <div data-wrong={wrong}>
      <dt>{name}</dt>
      <dd>
        {wrong && <WarningOutlined aria-hidden="true" />} {children}
      </dd>
    </div>
  );
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), UNITS.length - 1);
  const value = count / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}
