import { Button, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OverrideView } from "../http/types";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { useChange } from "../ui/useChange";
import styles from "./district.module.css";
import { OverrideForm } from "./OverrideForm";
import { useOverrides } from "./useDistrict";

/** What the bureau asks this school for beyond the rules: why, and who wrote it. */
export function Overrides({ schoolId }: { schoolId: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const told = useOverrides(schoolId).data;
  const [adding, setAdding] = useState(false);
  const manages = may("manage_compliance");
  if (!told || (told.items.length === 0 && !manages)) return null;
  return (
    <section className={styles.section} data-testid="overrides">
      <h3 className={styles.caption}>
        {t("compliance.overrides")}{" "}
        {manages && (
          <Button size="small" className={styles.noPrint} onClick={() => setAdding(true)} data-testid="add-override">
            {t("compliance.addOverride")}
          </Button>
        )}
      </h3>
      {told.items.length === 0 && <p className={styles.muted}>{t("compliance.noOverrides")}</p>}
      <ul className={styles.lines}>
        {told.items.map((each) => (
          <Override key={each.id} override={each} schoolId={schoolId} />
        ))}
      </ul>
      {adding && (
        <OverrideForm schoolId={schoolId} requirement={told.requirement} onClose={() => setAdding(false)} />
      )}
    </section>
  );
}

function Override({ override, schoolId }: { override: OverrideView; schoolId: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const withdraw = useChange(() => api.withdrawOverride(schoolId, override.id), {
    invalidates: [keys.compliance],
  });
  const { min_days: least, max_days: most, from_day: from, until_day: until, withdrawn_at: gone } = override;
  return (
    <li data-testid="override" data-withdrawn={gone !== null}>
      <strong>
        {least !== null && t("compliance.least", { count: least })}{" "}
        {most !== null && t("compliance.most", { count: most })}
      </strong>
      <span>{until ? t("compliance.fromUntil", { from, until }) : t("compliance.since", { from })}</span>
      <span>{override.reason}</span>
      <span className={styles.muted}>
        {override.created_by} <Exact moment={override.created_at} />
      </span>
      {gone !== null ? (
        <span className={styles.muted}>
          {t("compliance.withdrawn", { by: override.withdrawn_by })} <Exact moment={gone} />
        </span>
      ) : (
        may("manage_compliance") && (
          <Popconfirm title={t("compliance.withdrawAsk")} okText={t("compliance.withdraw")} cancelText={t("action.cancel")} onConfirm={() => withdraw.mutate(undefined)}>
            <Button size="small" className={styles.noPrint} loading={withdraw.isPending} data-testid="withdraw">
              {t("compliance.withdraw")}
            </Button>
          </Popconfirm>
        )
      )}
    </li>
  );
}
