import { useTranslation } from "react-i18next";

import { useSession } from "../session/useSession";
import { formatExact } from "../time/format";
import { useNow } from "../time/useNow";
import styles from "./order.module.css";

/** The foot of the printed sheet. */
export function Signatures() {
  const { t } = useTranslation();
  const now = useNow();
  const me = useSession().data?.username ?? "";
  return (
    <footer className={styles.signatures}>
      <div className={styles.lines}>
        {(["rectifier", "checker", "stamp"] as const).map((who) => (
          <span key={who}>{t(`order.sheet.${who}`)}</span>
        ))}
      </div>
      <p>{t("order.sheet.printed", { name: me, at: formatExact(now).slice(0, 16) })}</p>
    </footer>
  );
}
