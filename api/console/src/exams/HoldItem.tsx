import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { HoldView, HoldWrite } from "../http/types";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";
import { HoldForm } from "./HoldForm";

/** A hold, extended or lifted by whoever may. */
export function HoldItem({ hold, named }: { hold: HoldView; named: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<"extend" | "lift" | null>(null);
  const [reason, setReason] = useState("");
  const settled = { invalidates: [keys.examKept, keys.examTables], onDone: () => setOpen(null) };
  const extend = useChange((told: HoldWrite) => api.changeHold(hold.id, told), settled);
  const lift = useChange(() => api.liftHold(hold.id, reason), settled);
  return (
    <li data-testid="exam-hold" data-active={hold.is_active}>
      {named && (
        <div>
          {hold.of.exam} {hold.of.session} {hold.of.room} {hold.of.room_name}
        </div>
      )}
      <div>
        {t("exam.heldUntil")} <Exact moment={hold.until} /> · {hold.reason}
      </div>
      <div className={styles.muted}>
        {hold.made_by} <Exact moment={hold.made_at} />
        {hold.lifted_at && (
          <>
            {" · "}
            {t("exam.lifted", { by: hold.lifted_by, reason: hold.lift_reason })} <Exact moment={hold.lifted_at} />
          </>
        )}
        {!hold.lifted_at && !hold.is_active && ` · ${t("exam.holdOver")}`}
      </div>
      {hold.is_active && (
        <div className={styles.line}>
          {may("manage_exams") && (
            <Button size="small" onClick={() => setOpen(open === "extend" ? null : "extend")} data-testid="hold-extend">
              {t("exam.extend")}
            </Button>
          )}
          {may("release_holds") && (
            <Button size="small" onClick={() => setOpen(open === "lift" ? null : "lift")} data-testid="hold-lift">
              {t("exam.lift")}
            </Button>
          )}
        </div>
      )}
      {open === "extend" && (
        <HoldForm action={t("exam.extend")} saving={extend.isPending} onSave={extend.mutate} testId="hold-extend-save" />
      )}
      {open === "lift" && (
        <div className={styles.line}>
          <Input
            value={reason}
            maxLength={512}
            placeholder={t("exam.reason")}
            aria-label={t("exam.reason")}
            onChange={({ target }) => setReason(target.value)}
          />
          <Button
            danger
            disabled={reason.trim().length < 2}
            loading={lift.isPending}
            onClick={() => lift.mutate(undefined)}
            data-testid="hold-lift-save"
          >
            {t("exam.lift")}
          </Button>
        </div>
      )}
    </li>
  );
}
