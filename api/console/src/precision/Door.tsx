import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { PrecisionBehind } from "../http/types";
import { useMay } from "../session/policy";
import { writeBehind } from "./precision";
import styles from "./precision.module.css";

interface Props {
  count: number;
  behind: PrecisionBehind;
  /** What is counted, for who hears it. */
  name: string;
}

/** A number is a door: it opens the alerts it counts, for who may see alerts. */
export function Door({ count, behind, name }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [params] = useSearchParams();
  if (count === 0 || !may("view_alerts")) return <>{count}</>;
  const next = new URLSearchParams(params);
  next.set("behind", writeBehind(behind));
  return (
    <Link
      to={`?${next.toString()}`}
      replace
      className={styles.door}
      aria-label={t("precision.open", { name, count })}
      data-testid="precision-door"
    >
      {count}
    </Link>
  );
}
