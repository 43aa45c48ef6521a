import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { HoldWrite, SittingView } from "../http/types";
import { useMay } from "../session/policy";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";
import { HoldForm } from "./HoldForm";
import { HoldItem } from "./HoldItem";
import { PackagePart } from "./PackagePart";

/** A box makes and sends what it is asked for within a minute or so. */
const AGAIN_MS = 5_000;

/** What becomes of a room's footage: held against deletion, sealed, handed out. */
export function KeptPanel({ row, isOver }: { row: SittingView; isOver: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const kept = useQuery({
    queryKey: keys.examKeptOf(row.id),
    queryFn: () => api.examKept(row.id),
    refetchInterval: AGAIN_MS,
  });
  const hold = useChange((told: HoldWrite) => api.holdSitting(row.id, told), {
    invalidates: [keys.examKept, keys.examTables],
  });
  if (!kept.data) return null;
  const { holds, releases } = kept.data;
  return (
    <>
      {isOver && <PackagePart row={row} sealed={kept.data.package} releases={releases} />}
      <section className={styles.step}>
        <h3>{t("exam.holds")}</h3>
        {holds.length === 0 && <p className={styles.muted}>{t("exam.noHolds")}</p>}
        {holds.length > 0 && (
          <ul className={styles.items}>
            {holds.map((each) => (
              <HoldItem key={each.id} hold={each} named={false} />
            ))}
          </ul>
        )}
        {may("manage_exams") && (
          <HoldForm
            key={holds.length}
            action={t("exam.hold")}
            saving={hold.isPending}
            onSave={hold.mutate}
            testId="hold-make"
          />
        )}
      </section>
    </>
  );
}
