import { CheckOutlined, MoreOutlined, PrinterOutlined, RollbackOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import type { OrderDetail, OrderVersion } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useKeys } from "../keyboard/useKeys";
import { isWithSchool } from "../order/due";
import { useMay } from "../session/policy";
import { mayClose } from "./checking";
import styles from "./order.module.css";
import { ReasonDialog, type Reasoned } from "./ReasonDialog";
import { MergeDialog, SplitDialog } from "./RegroupDialogs";
import type { useDecision } from "./useDecision";
import { schoolName } from "../schools/schoolName";

const ReassignDialog = lazy(() => import("./ReassignDialog"));

interface Props {
  order: OrderDetail;
  /** Photographs that were before the eyes. */
  shown: ReadonlySet<number>;
  decision: ReturnType<typeof useDecision>;
}

type Dialog = Reasoned | "reassign" | "merge" | "split";
/** A dialog decides on the order as it was when it opened, whatever arrives meanwhile. */
type Open = { dialog: Dialog; seen: OrderVersion } | null;

/** The next step in words with its key, always at the same place. */
export function OrderActions({ order, shown, decision }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const { message } = App.useApp();
  const [open, setOpen] = useState<Open>(null);
  const seen: OrderVersion = { order_id: order.id, version: order.version };
  const can = (step: OrderDetail["steps"][number]) => order.steps.includes(step);
  const regroups = may("assign_orders") && isWithSchool(order);
  const show = (dialog: Dialog) => setOpen({ dialog, seen });

  const close = () => {
    if (!can("close") || decision.isPending) return;
    if (!mayClose(order, shown)) {
      void message.info({ key: "not-shown", content: t("order.notShown"), duration: 3 });
      return;
    }
    decision.decide({
      call: () => api.closeOrder(seen),
      onDone: () => void message.success(t("order.closed", { id: order.id })),
    });
  };
  useKeys({
    confirm: close,
    sendBack: () => can("return") && show("return"),
    reopen: () => can("reopen") && show("reopen"),
    assign: () => regroups && show("reassign"),
  });

  const more = [
    ...(regroups ? [{ key: "merge", label: t("order.merge") }] : []),
    ...(regroups && order.sources.length > 1 ? [{ key: "split", label: t("order.split") }] : []),
  ];
  return (
    <div
      className={styles.act}
      data-testid="order-actions"
      data-showing={mayClose(order, shown) ? "shown" : "waiting"}
    >
      {can("close") && (
        <Button
          type="primary"
          size="large"
          icon={<CheckOutlined />}
          loading={decision.isPending}
          onClick={(event) => event.detail < 2 && close()}
          aria-keyshortcuts="c"
          data-testid="order-close"
        >
          {term("order_step", "close")} <kbd>C</kbd>
        </Button>
      )}
      {can("return") && (
        <Button
          size="large"
          icon={<RollbackOutlined />}
          onClick={() => show("return")}
          aria-keyshortcuts="r"
          data-testid="order-return"
        >
          {term("order_step", "return")} <kbd>R</kbd>
        </Button>
      )}
      {can("reopen") && (
        <Button size="large" onClick={() => show("reopen")} aria-keyshortcuts="o" data-testid="order-reopen">
          {term("order_step", "reopen")} <kbd>O</kbd>
        </Button>
      )}
      <Waiting order={order} />
      <span className={styles.spacer} />
      {regroups && (
        <Button onClick={() => show("reassign")} aria-keyshortcuts="a" data-testid="order-reassign">
          {t("order.reassign")} <kbd>A</kbd>
        </Button>
      )}
      {more.length > 0 && (
        <Dropdown
          trigger={["click"]}
          menu={{ items: more, onClick: ({ key }) => show(key as Dialog) }}
        >
          <Button icon={<MoreOutlined />} aria-label={t("order.more")} data-testid="order-more" />
        </Dropdown>
      )}
      <Button
        icon={<PrinterOutlined />}
        onClick={() => window.print()}
        aria-label={t("order.print")}
        title={t("order.print")}
        data-testid="order-print"
      />
      <Dialogs order={order} open={open} decision={decision} onClose={() => setOpen(null)} />
    </div>
  );
}

/** Whose turn it is, where it is not that of who looks. */
function Waiting({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  if (isWithSchool(order)) {
    return (
      <>
        <span className={styles.muted} data-testid="order-waiting">
          {t("order.waitsFor", { name: order.responsible ?? schoolName(order.school) })}
        </span>
        {order.steps.includes("submit") && (
          <Link to={`/tasks/${order.id}`} data-testid="order-task">
            {t("order.putRight")}
          </Link>
        )}
      </>
    );
  }
  if (order.state !== "pending_verification" || order.steps.includes("close")) return null;
  return (
    <span className={styles.muted} data-testid="order-waiting">
      {t(may("verify_orders") ? "order.otherChecks" : "order.waitsForCheck")}
    </span>
  );
}

interface DialogsProps {
  order: OrderDetail;
  open: Open;
  decision: Props["decision"];
  onClose: () => void;
}

function Dialogs({ order, open, decision, onClose }: DialogsProps) {
  if (open === null) return null;
  const { dialog, seen } = open;
  const decide = (call: Parameters<typeof decision.decide>[0]["call"]) => {
    decision.decide({ call });
    onClose();
  };
  switch (dialog) {
    case "return":
    case "reopen":
      return (
        <ReasonDialog
          step={dialog}
          onClose={onClose}
          onReason={(note) =>
            decide(() => (dialog === "return" ? api.returnOrder(seen, note) : api.reopenOrder(seen, note)))
          }
        />
      );
    case "reassign":
      return (
        <Suspense>
          <ReassignDialog
            order={order}
            onClose={onClose}
            onAssign={(told) => decide(() => api.assignOrder(seen, told))}
          />
        </Suspense>
      );
    case "merge":
      return (
        <MergeDialog
          order={order}
          onClose={onClose}
          onMerge={(orders) => decide(() => api.mergeOrders(seen, orders))}
        />
      );
    case "split":
      return (
        <SplitDialog
          order={order}
          onClose={onClose}
          onSplit={(ids) => decide(() => api.splitOrder(seen, ids))}
        />
      );
  }
}
