import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DEFAULT_FILTERS } from "../../alert/filters";
import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { CameraView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Comparison } from "../../picture/Comparison";
import { PICTURE_FAULTS } from "../../picture/faults";
import { useMay, usePictures } from "../../session/policy";
import { Moment } from "../../time/TimeText";
import { CameraCard } from "../CameraCard";
import cards from "../cameras.module.css";
import { OneCamera } from "./OneCamera";
import styles from "./one.module.css";

const LATEST = 1;

/** How a camera's picture is: now, and what it should show beside what it showed when last something was wrong. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <OneCamera title={t("camera.tab.health")} testId="camera-health">
      {(camera) => (
        <>
          <ul className={cards.grid}>
            <CameraCard camera={camera} showSchool={false} />
          </ul>
          {may("view_alerts") && <LastFault camera={camera} />}
        </>
      )}
    </OneCamera>
  );
}

function LastFault({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const filters = { ...DEFAULT_FILTERS, status: null, cameraKeys: [String(camera.id)], rules: [...PICTURE_FAULTS] };
  const last = useQuery({
    queryKey: [...keys.alertLists, "picture", camera.id],
    queryFn: () => api.alerts(filters, null, LATEST),
  });
  const alert = last.data?.items[0];
  if (last.isPending) return null;
  if (last.isError) return <p className={styles.muted}>{t("error.failed")}</p>;
  if (!alert) return <p className={styles.muted}>{t("camera.neverWrong")}</p>;
  return <Compared alertId={alert.id} camera={camera} />;
}

function Compared({ alertId, camera }: { alertId: string; camera: CameraView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useQuery({ queryKey: keys.alert(alertId), queryFn: () => api.alert(alertId) });
  if (!query.data) return query.isError ? <p className={styles.muted}>{t("error.failed")}</p> : null;
  return <Shown detail={query.data} camera={camera} heading={term("rules", query.data.rule)} />;
}

interface ShownProps {
  detail: Awaited<ReturnType<typeof api.alert>>;
  camera: CameraView;
  heading: string;
}

function Shown({ detail, camera, heading }: ShownProps) {
  const { t } = useTranslation();
  const alert = usePictures(detail);
  const may = useMay();
  return (
    <section className={styles.section}>
      <h2>
        <Link to={`/alerts/${alert.id}`}>
          {t("camera.lastWrong", { what: heading })} <Moment moment={alert.raised_at} />
        </Link>
      </h2>
      {may("see_pictures") && (
        <Comparison alert={alert} detail={detail} camera={camera} onShowing={() => undefined} />
      )}
    </section>
  );
}
