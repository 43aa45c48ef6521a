import { Drawer } from "antd";

import type { ExamTable, SittingView } from "../http/types";
import { schoolName } from "../schools/schoolName";
import { useMay } from "../session/policy";
import { useNow } from "../time/useNow";
import styles from "./exams.module.css";
import { isRed } from "./exams";
import { KeptPanel } from "./KeptPanel";
import { OrderForm } from "./OrderForm";
import { PresentForm } from "./PresentForm";
import { SealForm } from "./SealForm";
import { ShowingList } from "./ShowingList";
import { Checks, Footage } from "./SittingTable";

interface Props {
  table: ExamTable;
  row: SittingView;
  onClose: () => void;
}

/** One room of a session: what is known of it, and the next step for whoever may take it. */
export function SittingDrawer({ table, row, onClose }: Props) {
  const may = useMay();
  const now = useNow();
  const { session } = table;
  const hasBegun = now >= Date.parse(session.starts_at);
  const isOver = now >= Date.parse(session.ends_at);
  return (
    <Drawer
      open
      onClose={onClose}
      size={520}
      title={`${row.room} ${row.room_name} · ${schoolName(row.school)}`}
    >
      <div className={styles.panel} data-testid="sitting-panel">
        <Checks checks={row.checks} />
        <Footage row={row} />
        <ShowingList row={row} />
        {may("manage_exams") && <PresentForm key={row.present ?? "none"} row={row} />}
        {may("assign_orders") && isRed(row) && row.order_id === null && !hasBegun && (
          <OrderForm row={row} startsAt={session.starts_at} />
        )}
        <KeptPanel row={row} isOver={isOver} />
        {may("manage_exams") && isOver && <SealForm row={row} />}
      </div>
    </Drawer>
  );
}
