import { useTranslation } from "react-i18next";

import type { InspectionDetail } from "../http/types";
import { formatExact } from "../time/format";
import { Exact } from "../time/TimeText";
import { useNow } from "../time/useNow";
import styles from "./inspections.module.css";

/** The foot of the sheet: who signed here, and lines for ink. */
export function SheetSignatures({ form }: { form: InspectionDetail }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <footer className={styles.signatures}>
      {form.signed_at && (
        <p data-testid="signed-by">
          {t("inspection.signed", { name: form.signer, user: form.signed_by })}{" "}
          <Exact moment={form.signed_at} />
        </p>
      )}
      <div className={styles.lines}>
        {(["inspector", "head", "stamp"] as const).map((who) => (
          <span key={who}>{t(`inspection.sheet.${who}`)}</span>
        ))}
      </div>
      <p className={styles.printed}>
        {t("inspection.sheet.printed", { id: form.id, version: form.version, at: formatExact(now).slice(0, 16) })}
      </p>
    </footer>
  );
}
