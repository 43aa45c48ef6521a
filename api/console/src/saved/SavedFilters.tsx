import { DeleteOutlined, EditOutlined, StarOutlined, WarningOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { BoardFilter, QueueFilter, SavedFilterView } from "../http/types";
import { useChange } from "../ui/useChange";
import styles from "./saved.module.css";

type AnyFilter = QueueFilter | BoardFilter;

/** As the API bounds it. */
const NAME_LENGTH = 40;

interface Props<F extends AnyFilter> {
  /** What the list is narrowed by now. */
  current: F;
  onApply: (filter: F) => void;
}

/** Filters that a person keeps on the server: saved, applied, renamed, deleted. */
export function SavedFilters<F extends AnyFilter>({ current, onApply }: Props<F>) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const kept = useQuery({
    queryKey: keys.savedFilters,
    queryFn: api.savedFilters,
    enabled: open,
  });
  const gone = useGone();
  const save = useChange((wanted: string) => api.saveFilter(wanted, current), {
    invalidates: [keys.savedFilters],
    onDone: () => setName(""),
  });
  const mine = (kept.data ?? []).filter((each) => each.page === current.page);
  const apply = (each: SavedFilterView) => {
    if (each.gone.length > 0) void message.warning(gone(each), 8);
    if (!each.filter) return;
    onApply(each.filter as F);
    setOpen(false);
  };
  const saveIt = () => {
    if (name.trim() !== "" && !save.isPending) save.mutate(name.trim());
  };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomLeft"
      title={t("saved.title")}
      content={
        <div className={styles.menu} data-testid="saved-menu">
          {kept.isError && <p role="alert">{t("saved.failed")}</p>}
          {kept.data && mine.length === 0 && <p className={styles.none}>{t("saved.none")}</p>}
          <ul>
            {mine.map((each) => (
              <Kept key={each.id} kept={each} gone={gone(each)} onApply={() => apply(each)} />
            ))}
          </ul>
          <div className={styles.line}>
            <Input
              value={name}
              onChange={({ target }) => setName(target.value)}
              onPressEnter={saveIt}
              maxLength={NAME_LENGTH}
              placeholder={t("saved.name")}
              aria-label={t("saved.name")}
              data-testid="saved-name"
            />
            <Button
              onClick={saveIt}
              disabled={name.trim() === ""}
              loading={save.isPending}
              data-testid="saved-save"
            >
              {t("saved.save")}
            </Button>
          </div>
        </div>
      }
    >
      <Button
        size="small"
        icon={<StarOutlined />}
        aria-label={t("saved.title")}
        title={t("saved.title")}
        aria-expanded={open}
        className={styles.open ?? ""}
        data-testid="saved-open"
      />
    </Popover>
  );
}

/** Says of what a filter names something that is not there, or not for its person to see. */
function useGone(): (kept: SavedFilterView) => string {
  const { t } = useTranslation();
  return ({ gone }) =>
    gone.length === 0
      ? ""
      : gone.includes("words")
        ? t("saved.goneOf.words")
        : t("saved.gone", {
            what: gone.map((each) => t(`saved.goneOf.${each}`)).join(t("list.separator")),
          });
}

interface KeptProps {
  kept: SavedFilterView;
  gone: string;
  onApply: () => void;
}

function Kept({ kept, gone, onApply }: KeptProps) {
  const { t } = useTranslation();
  const [name, setName] = useState<string | null>(null);
  const rename = useChange((wanted: string) => api.renameFilter(kept.id, wanted), {
    invalidates: [keys.savedFilters],
    onDone: () => setName(null),
  });
  const remove = useChange(() => api.deleteFilter(kept.id), { invalidates: [keys.savedFilters] });
  if (name !== null) {
    return (
      <li className={styles.line}>
        <Input
          value={name}
          onChange={({ target }) => setName(target.value)}
          onPressEnter={() => name.trim() !== "" && rename.mutate(name.trim())}
          maxLength={NAME_LENGTH}
          aria-label={t("saved.name")}
          data-testid="saved-rename-name"
        />
        <Button
          onClick={() => rename.mutate(name.trim())}
          disabled={name.trim() === ""}
          loading={rename.isPending}
          data-testid="saved-rename-ok"
        >
          {t("action.save")}
        </Button>
      </li>
    );
  }
  return (
    <li className={styles.line} data-testid="saved-filter">
      <Button type="text" onClick={onApply} className={styles.name ?? ""} data-testid="saved-apply">
        {kept.name}
        {gone && <WarningOutlined title={gone} aria-label={gone} />}
      </Button>
      <Button
        type="text"
        icon={<EditOutlined />}
        onClick={() => setName(kept.name)}
        aria-label={t("saved.rename", { name: kept.name })}
        data-testid="saved-rename"
      />
      <Button
        type="text"
        icon={<DeleteOutlined />}
        loading={remove.isPending}
        onClick={() => remove.mutate(undefined)}
        aria-label={t("saved.delete", { name: kept.name })}
        data-testid="saved-delete"
      />
    </li>
  );
}
