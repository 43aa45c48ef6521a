import { useQuery } from "@tanstack/react-query";
import { Descriptions, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { CameraView, RecordView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { mayOpen, useMay } from "../../session/policy";
import { Moment } from "../../time/TimeText";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { OneCamera } from "./OneCamera";
import styles from "./one.module.css";

const TEXTS = [
  "code",
  "vendor",
  "model",
  "district",
  "address",
  "position",
  "network",
  "police_station",
  "installed_on",
  "manager",
  "manager_phone",
] as const;

/** What is written of a camera in the register 一机一档. */
export function Component() {
  const { t } = useTranslation();
  return (
    <OneCamera title={t("camera.tab.register")} testId="camera-register">
      {(camera) => <Record key={camera.id} camera={camera} />}
    </OneCamera>
  );
}

function Record({ camera }: { camera: CameraView }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery({ queryKey: keys.record(camera.id), queryFn: () => api.record(camera.id) });
  if (query.isError && !query.data) return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 6 }} />;
  const record = query.data;
  return (
    <>
      <Written record={record} />
      <p className={styles.muted}>
        {record.updated_at === null ? (
          t("camera.unwritten")
        ) : (
          <>
            {t("camera.writtenBy", { name: record.updated_by })} <Moment moment={record.updated_at} />
          </>
        )}
      </p>
      {mayOpen("/organisation", may) && (
        <Link to={`/organisation?school=${encodeURIComponent(camera.school.school_id)}`} data-testid="to-register">
          {t("camera.toRegister")}
        </Link>
      )}
    </>
  );
}

function Written({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const point =
    record.longitude === null || record.latitude === null || record.longitude === undefined
      ? null
      : `${record.longitude}, ${record.latitude}`;
  const items = [
    { key: "place", label: term("camera_column", "place"), value: record.place?.name },
    ...TEXTS.map((key) => ({ key, label: term("camera_column", key), value: record[key] })),
    { key: "point", label: t("camera.point"), value: point },
  ];
  return (
    <Descriptions
      bordered
      size="small"
      column={{ xs: 1, md: 2 }}
      items={items.map(({ key, label, value }) => ({ key, label, children: value || t("camera.nothing") }))}
    />
  );
}
