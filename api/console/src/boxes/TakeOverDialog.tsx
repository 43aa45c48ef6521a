import { Alert, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { BoxView, CameraView } from "../http/types";
import { useChange } from "../ui/useChange";

interface Props {
  box: BoxView | null;
  cameras: readonly CameraView[];
  onClose: () => void;
}

/** States that a box reports a camera of its school from now on. */
export function TakeOverDialog({ box, cameras, onClose }: Props) {
  const { t } = useTranslation();
  const [key, setKey] = useState<number | null>(null);
  const close = () => {
    setKey(null);
    onClose();
  };
  const take = useChange(
    ({ boxId, cameraKey }: { boxId: number; cameraKey: number }) => api.takeOver(boxId, cameraKey),
    { invalidates: [keys.boxes, keys.cameras], onDone: close },
  );
  const others = cameras.filter(
    (camera) => camera.school.school_id === box?.school.school_id && camera.box_id !== box?.id,
  );
  return (
    <Modal
      open={box !== null}
      title={t("boxes.takeOverBy", { name: box?.name })}
      okText={t("boxes.takeOver")}
      cancelText={t("action.cancel")}
      okButtonProps={{ disabled: key === null }}
      confirmLoading={take.isPending}
      onCancel={close}
      onOk={() => box && key !== null && take.mutate({ boxId: box.id, cameraKey: key })}
      width={460}
      destroyOnHidden
    >
      {others.length === 0 ? (
        <p>{t("boxes.noOthers")}</p>
      ) : (
        <Select<number>
          style={{ width: "100%" }}
          placeholder={t("filter.camera")}
          aria-label={t("filter.camera")}
          value={key}
          onChange={setKey}
          options={others.map(({ id, name, camera_id }) => ({
            value: id,
            label: `${name} · ${camera_id}`,
          }))}
        />
      )}
      <Alert style={{ marginTop: 12 }} type="info" showIcon title={t("boxes.takeOverText")} />
    </Modal>
  );
}
