import { Button, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { offsetText } from "../camera/clock";
import type { RegisterRow } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import styles from "./organisation.module.css";
import { RecordForm } from "./RecordForm";
import { useRegister } from "./useOrganisation";

/** The camera register of a school 一机一档. */
export function RegisterTable({ schoolId }: { schoolId: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const register = useRegister();
  const [editing, setEditing] = useState<RegisterRow | null>(null);
  const rows = (register.data?.items ?? []).filter((row) => row.school.school_id === schoolId);
  const column = (key: string) => term("camera_column", key);
  return (
    <>
      <Table<RegisterRow>
        rowKey="camera_key"
        size="small"
        loading={register.isPending}
        dataSource={rows}
        pagination={false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: t(register.isError ? "error.failed" : "organisation.noCameras") }}
        onRow={({ camera_id }) =>
          ({
            "data-testid": "register-row",
            "data-camera-id": camera_id,
          }) as React.HTMLAttributes<HTMLElement>
        }
        columns={[
          {
            title: t("retention.camera"),
            key: "camera",
            render: (_, { name, camera_id }) => (
              <>
                <strong>{name}</strong>
                <div className={styles.muted}>{camera_id}</div>
              </>
            ),
          },
          {
            title: t("organisation.state"),
            key: "state",
            render: (_, { state }) => term("camera_state", state),
          },
          { title: column("place"), key: "place", render: (_, { place }) => place?.name },
          { title: column("code"), dataIndex: "code" },
          {
            title: column("vendor"),
            key: "vendor",
            render: (_, { vendor, model }) => [vendor, model].filter(Boolean).join(" "),
          },
          {
            title: t("organisation.daysKept"),
            key: "days",
            align: "right",
            render: (_, { proven_days: kept }) =>
              kept === null ? (
                <span className={styles.muted}>{term("camera_state", "unknown")}</span>
              ) : (
                t("retention.days", { n: Math.floor(kept * 10) / 10 })
              ),
          },
          {
            title: t("clock.title"),
            key: "clock",
            align: "right",
            render: (_, { clock_offset_s: offset }) =>
              offset === null ? (
                <span className={styles.muted}>{term("camera_state", "unknown")}</span>
              ) : (
                offsetText(t, offset)
              ),
          },
          { title: column("installed_on"), dataIndex: "installed_on" },
          {
            title: column("manager"),
            key: "manager",
            render: (_, { manager, manager_phone }) => (
              <>
                {manager}
                <div className={styles.muted}>{manager_phone}</div>
              </>
            ),
          },
          ...(may("manage_cameras")
            ? [
                {
                  key: "actions",
                  align: "right" as const,
                  fixed: "right" as const,
                  render: (_: unknown, row: RegisterRow) => (
                    <Button
                      size="small"
                      type="text"
                      onClick={() => setEditing(row)}
                      data-testid="edit-record"
                    >
                      {t("action.edit")}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {editing && <RecordForm row={editing} onClose={() => setEditing(null)} />}
    </>
  );
}
