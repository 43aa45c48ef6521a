import { useQuery } from "@tanstack/react-query";
import { Checkbox, Modal, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OrderDetail, OrderVersion } from "../http/types";
import { useTerm } from "../i18n/terms";
import { isWithSchool } from "../order/due";
import { DEFAULT_ORDER_FILTERS } from "../order/filters";
import { formatExact } from "../time/format";
import styles from "./order.module.css";
import { useOrderTitle } from "./useOrderTitle";

interface MergeProps {
  order: OrderDetail;
  onMerge: (others: OrderVersion[]) => void;
  onClose: () => void;
}

/** Which orders of the same school go on in this one. */
export function MergeDialog({ order, onMerge, onClose }: MergeProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const title = useOrderTitle();
  const filters = { ...DEFAULT_ORDER_FILTERS, schoolIds: [order.school.school_id] };
  const query = useQuery({
    queryKey: keys.orderOthers(filters),
    queryFn: () => api.orders(filters, null),
    staleTime: 0,
  });
  const others = (query.data?.items ?? []).filter((each) => each.id !== order.id && isWithSchool(each));
  const [chosen, setChosen] = useState<number[]>([]);
  return (
    <Modal
      open
      title={t("order.merge")}
      okText={t("order.merge")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      okButtonProps={{ disabled: chosen.length === 0, "data-testid": "merge-ok" }}
      onOk={() =>
        onMerge(
          others
            .filter((each) => chosen.includes(each.id))
            .map(({ id, version }) => ({ order_id: id, version })),
        )
      }
    >
      <p className={styles.muted}>{t("order.mergeWhat")}</p>
      {query.isPending && <Skeleton active />}
      {query.data && others.length === 0 && <p>{t("order.noOthers")}</p>}
      <Checkbox.Group<number>
        className={styles.choices ?? ""}
        value={chosen}
        onChange={setChosen}
        options={others.map((each) => ({
          value: each.id,
          label: [
            t("order.number", { id: each.id }),
            title(each),
            each.alert?.camera_name,
            term("order_state", each.state),
          ]
            .filter(Boolean)
            .join(" · "),
        }))}
      />
    </Modal>
  );
}

interface SplitProps {
  order: OrderDetail;
  onSplit: (sourceIds: number[]) => void;
  onClose: () => void;
}

/** What of it becomes an order of its own; something has to stay. */
export function SplitDialog({ order, onSplit, onClose }: SplitProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const [chosen, setChosen] = useState<number[]>([]);
  const isPart = chosen.length > 0 && chosen.length < order.sources.length;
  return (
    <Modal
      open
      title={t("order.split")}
      okText={t("order.split")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      okButtonProps={{ disabled: !isPart, "data-testid": "split-ok" }}
      onOk={() => onSplit(chosen)}
    >
      <p className={styles.muted}>{t("order.splitWhat")}</p>
      <Checkbox.Group<number>
        className={styles.choices ?? ""}
        value={chosen}
        onChange={setChosen}
        options={order.sources.map(({ id, alert, text }) => ({
          value: id,
          label: alert
            ? [term("rules", alert.rule), alert.camera_name, formatExact(alert.raised_at).slice(0, 16)].join(" · ")
            : text,
        }))}
      />
    </Modal>
  );
}
