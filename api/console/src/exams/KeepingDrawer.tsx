import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ExamTable, HoldWrite } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { useNow } from "../time/useNow";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";
import { HoldForm } from "./HoldForm";
import { HoldItem } from "./HoldItem";
import { ReleaseItem } from "./ReleaseItem";

const AGAIN_MS = 10_000;

/** Sealing and holding a whole session, all that is held, and who asked for packages. */
export function KeepingDrawer({ table, onClose }: { table: ExamTable; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const now = useNow();
  const [told, setTold] = useState("");
  const { exam, session } = table;
  const holds = useQuery({ queryKey: keys.examHolds, queryFn: api.examHolds, refetchInterval: AGAIN_MS });
  const releases = useQuery({ queryKey: keys.examReleases, queryFn: api.examReleases, refetchInterval: AGAIN_MS });
  const changed = [keys.examKept, keys.examTables];
  const order = useChange(() => api.orderPackages(exam.id, session.id), {
    invalidates: changed,
    onDone: ({ ordered, not_ordered }) =>
      setTold(
        [
          t("exam.packagesOrdered", { n: ordered }),
          ...not_ordered.map(({ room, why }) => `${room} ${term("exam_not_ordered", why)}`),
        ].join(t("exam.and")),
      ),
  });
  const hold = useChange((body: HoldWrite) => api.holdSession(exam.id, session.id, body), {
    invalidates: changed,
    onDone: ({ made }) => setTold(t("exam.holdsMade", { n: made })),
  });
  const isOver = now >= Date.parse(session.ends_at);
  return (
    <Drawer open onClose={onClose} size={560} title={t("exam.keeping")}>
      <div className={styles.panel} data-testid="keeping-panel">
        {may("manage_exams") && (
          <section className={styles.step}>
            <h3>{t("exam.wholeSession", { session: session.name })}</h3>
            {told && <Alert type="info" showIcon title={told} data-testid="keeping-told" />}
            <Button
              type="primary"
              disabled={!isOver}
              loading={order.isPending}
              onClick={() => order.mutate(undefined)}
              data-testid="packages-order"
            >
              {t("exam.orderPackages")}
            </Button>
            {!isOver && <p className={styles.muted}>{t("exam.afterSession")}</p>}
            <HoldForm
              action={t("exam.holdSession")}
              saving={hold.isPending}
              onSave={hold.mutate}
              testId="holds-make"
            />
          </section>
        )}
        <section className={styles.step}>
          <h3>{t("exam.releases")}</h3>
          {releases.data?.items.length === 0 && <p className={styles.muted}>{t("exam.noReleases")}</p>}
          <ul className={styles.items}>
            {releases.data?.items.map((each) => (
              <ReleaseItem key={each.id} release={each} named />
            ))}
          </ul>
        </section>
        <section className={styles.step}>
          <h3>{t("exam.holds")}</h3>
          {holds.data?.items.length === 0 && <p className={styles.muted}>{t("exam.noHolds")}</p>}
          <ul className={styles.items}>
            {holds.data?.items.map((each) => (
              <HoldItem key={each.id} hold={each} named />
            ))}
          </ul>
        </section>
      </div>
    </Drawer>
  );
}
