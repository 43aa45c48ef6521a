import { RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Act, Editing, Shape } from "./editing";
import { fewest } from "./shapes";

interface Props {
  now: Editing;
  shape: Shape | null;
  /** The corner that is held. */
  corner: number | null;
  act: (act: Act) => void;
  onTrace: () => void;
  onInsert: () => void;
  onRemove: () => void;
}

/** What fingers cannot do on the picture itself, and the way back. */
export function Tools({ now, shape, corner, act, onTrace, onInsert, onRemove }: Props) {
  const { t } = useTranslation();
  const isHeld = shape !== null && corner !== null;
  return (
    <>
      <Button
        size="small"
        icon={<UndoOutlined />}
        disabled={now.past.length === 0}
        onClick={() => act({ kind: "undo" })}
        aria-label={t("plan.undo")}
        title={t("plan.undo")}
        data-testid="zones-undo"
      />
      <Button
        size="small"
        icon={<RedoOutlined />}
        disabled={now.future.length === 0}
        onClick={() => act({ kind: "redo" })}
        aria-label={t("plan.redo")}
        title={t("plan.redo")}
        data-testid="zones-redo"
      />
      <Button size="small" disabled={!shape} onClick={onTrace} data-testid="zones-trace">
        {t("zones.trace")}
      </Button>
      <Button size="small" disabled={!isHeld} onClick={onInsert} data-testid="corner-insert">
        {t("zones.insert")}
      </Button>
      <Button
        size="small"
        disabled={!isHeld || shape.points.length <= fewest(shape.kind)}
        onClick={onRemove}
        data-testid="corner-remove"
      >
        {t("zones.removeCorner")}
      </Button>
    </>
  );
}
