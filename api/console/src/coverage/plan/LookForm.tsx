import { Button, InputNumber } from "antd";
import { useTranslation } from "react-i18next";

import type { PlacedCamera } from "../../http/types";
import type { Act } from "./editing";
import { reached, turned, widened } from "./geometry";
import styles from "./plan.module.css";

interface Props {
  name: string;
  hung: PlacedCamera;
  act: (act: Act) => void;
  onRemoved: () => void;
}

/** The chosen camera in numbers, as they stand in a drawing. */
export function LookForm({ name, hung, act, onRemoved }: Props) {
  const { t } = useTranslation();
  const change = (step: string, to: (each: PlacedCamera) => PlacedCamera) =>
    act({ kind: "change", key: hung.camera_key, step: `${step} ${hung.camera_key} typed`, to });
  return (
    <div className={styles.look} data-testid="plan-look">
      <strong>{name}</strong>
      <label>
        {t("plan.direction")}
        <InputNumber
          min={0}
          max={359.9}
          step={5}
          suffix="°"
          value={hung.direction_deg}
          onChange={(value) =>
            value !== null && change("turn", (each) => ({ ...each, direction_deg: turned(value, 0) }))
          }
          data-testid="plan-direction"
        />
      </label>
      <label>
        {t("plan.view")}
        <InputNumber
          min={5}
          max={360}
          step={5}
          suffix="°"
          value={hung.view_deg}
          onChange={(value) =>
            value !== null && change("widen", (each) => ({ ...each, view_deg: widened(value, 0) }))
          }
        />
      </label>
      <label>
        {t("plan.reach")}
        <InputNumber
          min={1}
          max={100}
          suffix="%"
          value={Math.round(hung.reach * 1000) / 10}
          onChange={(value) =>
            value !== null && change("reach", (each) => ({ ...each, reach: reached(value / 100, 0) }))
          }
        />
      </label>
      <Button
        danger
        onClick={() => {
          act({ kind: "remove", key: hung.camera_key });
          onRemoved();
        }}
        data-testid="plan-remove"
      >
        {t("plan.takeOff")}
      </Button>
    </div>
  );
}
