import { Button } from "antd";
import { useTranslation } from "react-i18next";

import styles from "./queue.module.css";
import type { useSelection } from "./useSelection";

interface Props {
  selection: ReturnType<typeof useSelection>;
  onJudge: () => void;
  onClose: () => void;
}

/** How many are chosen, and what can be done with them. */
export function SelectionBar({ selection, onJudge, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.selection} data-testid="selection">
      <strong role="status">{t("bulk.selected", { count: selection.selected.length })}</strong>
      <Button
        size="small"
        type="primary"
        disabled={selection.selected.length === 0}
        onClick={onJudge}
        data-testid="bulk-open"
      >
        {t("bulk.open")} <kbd>V</kbd>
      </Button>
      <Button size="small" onClick={selection.all} data-testid="select-all">
        {t("bulk.all")}
      </Button>
      <Button size="small" type="text" onClick={onClose} data-testid="select-none">
        {t("bulk.clear")}
      </Button>
    </div>
  );
}
