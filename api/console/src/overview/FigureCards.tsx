import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCameras } from "../camera/useCameras";
import { floorPercent } from "../footage/retention";
import type { SchoolCompliance } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { Ring } from "../verdict/Ring";
import { camerasOf, ringsOf } from "./overview";
import styles from "./overview.module.css";
import { PRECISION_DAYS, usePrecision } from "./useOverview";

/** Places covered and footage kept, of all schools together. */
export function RingsCard({ schools }: { schools: readonly SchoolCompliance[] }) {
  const { t } = useTranslation();
  const { coverage, retention } = ringsOf(schools);
  return (
    <section className={styles.card} data-testid="overview-rings">
      <h2>{t("compliance.title")}</h2>
      <div className={styles.rings}>
        <Link to="/coverage">
          <Ring name={t("compliance.coverage")} {...coverage} />
        </Link>
        <Link to="/compliance">
          <Ring name={t("compliance.retention")} {...retention} />
        </Link>
      </div>
      <p className={styles.muted}>{t("overview.ringsText")}</p>
    </section>
  );
}

export function CamerasCard() {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const told = useCameras().data;
  if (!may("view_cameras")) return null;
  const { total, watched, blind, analysed } = camerasOf(told?.items ?? []);
  return (
    <section className={styles.card} data-testid="overview-cameras">
      <h2>{t("nav.cameras")}</h2>
      <dl className={styles.figures}>
        <dt>{term("camera_state", "watching")}</dt>
        <dd>
          <Link to="/cameras?state=watching">{told ? t("overview.of", { n: watched, total }) : t("overview.reading")}</Link>
        </dd>
        <dt>{t("overview.blind")}</dt>
        <dd>
          <Link to="/cameras?state=blind">{told ? blind : t("overview.reading")}</Link>
        </dd>
        <dt>{t("overview.analysed")}</dt>
        <dd>
          <Link to="/cameras">
            {analysed === null ? t("compliance.notKnown") : t("retention.percent", { n: floorPercent(analysed) })}
          </Link>
        </dd>
      </dl>
    </section>
  );
}

/** How often alerts were false, and on how many that rests; few are said to be few. */
export function PrecisionCard() {
  const { t } = useTranslation();
  const may = useMay();
  const total = usePrecision().data?.total;
  if (!may("see_precision")) return null;
  return (
    <section className={styles.card} data-testid="overview-precision">
      <h2>{t("overview.falseAlarms", { count: PRECISION_DAYS })}</h2>
      {!total ? (
        <p>{t("overview.reading")}</p>
      ) : (
        <>
          <Link to={`/precision?days=${PRECISION_DAYS}`} className={styles.big}>
            {total.precision
              ? t("retention.percent", { n: floorPercent(1 - total.precision.value) })
              : t("compliance.notKnown")}
          </Link>
          <p className={styles.muted}>
            {t("overview.judged", { falses: total.false_positive, judged: total.confirmed + total.false_positive })}{" "}
            {total.is_small && <span className="hatched">{t("overview.few")}</span>}
          </p>
        </>
      )}
    </section>
  );
}
