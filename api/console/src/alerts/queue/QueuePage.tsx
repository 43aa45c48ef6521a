import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useCameras } from "../../camera/useCameras";
import type { AlertSummary } from "../../http/types";
import { useKeys } from "../../keyboard/useKeys";
import { useMay } from "../../session/policy";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { useNarrow } from "../../ui/useNarrow";
import { usePageTitle } from "../../ui/usePageTitle";
import { flatten } from "../../alert/cache";
import { FROM_QUEUE } from "../fromQueue";
import type { PlayerHandle } from "../player/Player";
import { AlertDialogs } from "../review/AlertDialogs";
import { BulkDialog } from "../review/BulkDialog";
import { useReview } from "../review/UndoProvider";
import { useAlertControls } from "../useAlertControls";
import { useAlertCounts, useAlertList } from "../useAlerts";
import { useFilters } from "../useFilters";
import { EmptyQueue } from "./EmptyQueue";
import { FilterBar } from "./FilterBar";
import { FocusPanel } from "./FocusPanel";
import { QueueList } from "./QueueList";
import styles from "./queue.module.css";
import { SelectionBar } from "./SelectionBar";
import { useFocus } from "./useFocus";
import { useSelection } from "./useSelection";

/** The reviewer's first screen: what must be judged next, and is anything blind? */
export function Component() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const { filters, search, change } = useFilters();
  usePageTitle(t("nav.queue"));
  const list = useAlertList(filters);
  const counts = useAlertCounts(filters);
  const cameras = useCameras();
  const review = useReview();
  const searchBox = useRef<HTMLInputElement>(null);
  const player = useRef<PlayerHandle>(null);
  const rows = useMemo(() => flatten(list.data), [list.data]);
  const focus = useFocus(rows, search);
  const { focused } = focus;
  const may = useMay();
  const selection = useSelection(rows, search);
  const [together, setTogether] = useState<readonly AlertSummary[] | null>(null);
  const judgeTogether = () => {
    if (selection.selected.length > 0) setTogether(selection.selected);
  };
  const [choosing, setChoosing] = useState(false);
  const stopChoosing = () => {
    setChoosing(false);
    selection.clear();
  };
  const [moved, setMoved] = useState(0);

  const move = (by: -1 | 1) => {
    focus.move(by);
    setMoved((count) => count + 1);
  };
  const moveToCamera = (direction: -1 | 1) => {
    focus.moveToCamera(direction);
    setMoved((count) => count + 1);
  };
  // A judged row leaves the pending list by itself; in other lists the eye has to be moved on.
  const controls = useAlertControls(focused, player, () => {
    if (filters.status === null) move(1);
  });
  const open = (id: string) => void navigate(`/alerts/${id}${search}`, { state: FROM_QUEUE });

  useKeys(
    {
      ...controls.handlers,
      next: () => move(1),
      previous: () => move(-1),
      pageForward: () => moveToCamera(1),
      pageBack: () => moveToCamera(-1),
      open: () => focused && open(focused.id),
      select: (reaches) => {
        if (!focused || !may("judge")) return;
        if (reaches) selection.extend(focused.id);
        else selection.toggle(focused.id);
      },
      together: judgeTogether,
      search: () => searchBox.current?.focus(),
      close: () => {
        if (controls.reasonsOpen) controls.setReasonsOpen(false);
        else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      },
    },
    controls.mode,
  );

  const { select } = focus;
  useEffect(() => review.onUndone(select), [review, select]);

  const body = () => {
    if (list.isError && !list.data) {
      return (
        <ErrorPanel
          query={list}
          stillWorks={t("error.stillWorksQueue")}
          onRetry={() => void counts.refetch()}
        />
      );
    }
    if (list.data && rows.length === 0) {
      return <EmptyQueue filters={filters} cameras={cameras} onClear={change} />;
    }
    return (
      <div className={styles.split}>
        <QueueList
          list={list}
          rows={rows}
          selected={new Set(selection.selected.map((each) => each.id))}
          focusedId={narrow ? undefined : focused?.id}
          moved={moved}
          search={search}
          showStatus={filters.status === null}
          onFocus={narrow ? undefined : select}
          onChoose={choosing ? selection.toggle : undefined}
        />
        {!narrow && (
          <FocusPanel
            alert={focused}
            loading={list.isPending}
            controls={controls}
            player={player}
            camera={cameras.data?.items.find((each) => each.id === focused?.camera_key)}
            search={search}
          />
        )}
      </div>
    );
  };

  return (
    <div className={styles.page} data-testid="queue-page">
      <h1 className="visually-hidden">{t("nav.queue")}</h1>
      <FilterBar
        filters={filters}
        counts={counts.data}
        cameras={cameras.data?.items ?? []}
        query={list}
        onChange={change}
        searchBox={searchBox}
        choosing={choosing}
        onChoosing={(next) => (next ? setChoosing(true) : stopChoosing())}
      />
      {(choosing || selection.selected.length > 0) && (
        <SelectionBar selection={selection} onJudge={judgeTogether} onClose={stopChoosing} />
      )}
      {body()}
      <AlertDialogs controls={controls} />
      {together && (
        <BulkDialog
          alerts={together}
          onClose={() => {
            setTogether(null);
            stopChoosing();
          }}
        />
      )}
    </div>
  );
}
