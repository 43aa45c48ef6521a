import { CheckOutlined, SyncOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import { upsertCamera } from "../camera/cache";
import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { CameraList, CameraView } from "../http/types";
import { useMay } from "../session/policy";
import { useSession } from "../session/useSession";
import styles from "./picture.module.css";

interface Props {
  camera: CameraView | undefined;
}

/** "The picture is right as it is": asks once, says that the name is recorded, and then what the
 * box makes of it. */
export function ApprovePicture({ camera }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const me = useSession().data?.username ?? "";
  const request = useMutation({
    mutationFn: (key: number) => api.approvePicture(key),
    onSuccess: (changed) =>
      client.setQueryData<CameraList>(keys.cameras, (list) => list && upsertCamera(list, changed)),
  });
  if (!camera || !may("manage_cameras")) return null;
  if (camera.picture?.is_pending) {
    return (
      <p className={styles.note} data-testid="approval-pending" role="status">
        <SyncOutlined aria-hidden="true" /> {t("picture.pending")}
      </p>
    );
  }
  if (camera.state !== "watching" || !camera.picture) {
    return <p className={styles.note}>{t("picture.notSeen")}</p>;
  }
  const problem = request.error ? toProblem(request.error, undefined) : null;
  return (
    <div className={styles.approve}>
      <Popconfirm
        title={t("picture.approveTitle")}
        description={<p className={styles.ask}>{t("picture.approveText", { name: me })}</p>}
        okText={t("picture.approve")}
        cancelText={t("action.cancel")}
        okButtonProps={{ "data-testid": "approve-ok" }}
        onConfirm={() => request.mutate(camera.id)}
      >
        <Button
          size="small"
          icon={<CheckOutlined />}
          loading={request.isPending}
          data-testid="approve-picture"
        >
          {t("picture.approve")}
        </Button>
      </Popconfirm>
      {problem ? (
        <span className={styles.failed} role="alert">
          {problem.unreachable
            ? t("error.unreachable")
            : problem.code === "no_picture"
              ? t("picture.notSeen")
              : t("picture.failed", { code: problem.code })}
        </span>
      ) : (
        <span className={styles.note}>{t("picture.approveHint")}</span>
      )}
    </div>
  );
}
