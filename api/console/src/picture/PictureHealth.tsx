import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { CameraView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Ago, Elapsed } from "../time/TimeText";
import { ApprovePicture } from "./ApprovePicture";
import { comparesWithReference } from "./faults";
import styles from "./picture.module.css";

/** On a camera's card: what is wrong with its picture now, each a door to its alert. */
export function PictureHealth({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { picture } = camera;
  if (!picture) return null;
  return (
    <div className={styles.health} data-testid="picture-health">
      {picture.faults.map(({ fault, since }) => (
        <Link
          key={fault}
          to={`/?status=all&camera_key=${camera.id}&rule=${fault}`}
          className={styles.fault}
          data-testid="picture-fault"
          data-fault={fault}
        >
          {term("rules", fault)} <Elapsed moment={since} />
        </Link>
      ))}
      {picture.faults.some(({ fault }) => comparesWithReference(fault)) ? (
        <ApprovePicture camera={camera} />
      ) : (
        <p className={styles.note}>
          {picture.reference_at ? (
            <>
              {t("picture.referenceFrom")} <Ago moment={picture.reference_at} />
              {picture.approved_by && ` · ${t("picture.approvedBy", { name: picture.approved_by })}`}
            </>
          ) : (
            t("picture.noReference")
          )}
        </p>
      )}
    </div>
  );
}
