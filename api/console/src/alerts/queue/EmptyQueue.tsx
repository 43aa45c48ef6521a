import { EyeInvisibleOutlined, EyeOutlined, FilterOutlined } from "@ant-design/icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { AddCameraGuide } from "../../camera/AddCameraGuide";
import { useBlind } from "../../camera/useBlind";
import { Checklist } from "../../firstHour/Checklist";
import { useFirstHour } from "../../firstHour/useFirstHour";
import type { CameraList } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Ago } from "../../time/TimeText";
import { StatePanel } from "../../ui/StatePanel";
import { isNarrowed, widened, type AlertFilters } from "../../alert/filters";

interface Props {
  filters: AlertFilters;
  cameras: UseQueryResult<CameraList>;
  onClear: (changes: Partial<AlertFilters>) => void;
}

/** No rows is never "all is well": it says who was watching meanwhile. */
export function EmptyQueue({ filters, cameras, onClear }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const blind = useBlind();
  const items = cameras.data?.items;
  const firstHour = useFirstHour(null, !isNarrowed(filters)).data;
  const way = firstHour && !firstHour.is_done ? <Checklist /> : null;

  if (isNarrowed(filters)) {
    return (
      <StatePanel
        testId="empty-filtered"
        icon={<FilterOutlined />}
        title={t("empty.filtered")}
        text={t("empty.filteredText")}
        actions={
          <Button type="primary" onClick={() => onClear(widened(filters))}>
            {t("filter.clear")}
          </Button>
        }
      />
    );
  }
  if (items?.length === 0) return <AddCameraGuide />;

  const title =
    filters.status === null
      ? t("empty.none")
      : t("empty.noneOfStatus", { status: term("alert_status", filters.status) });
  if (blind.failed || blind.cameras.length > 0) {
    return (
      <StatePanel
        testId="empty-blind"
        icon={<EyeInvisibleOutlined />}
        hatched
        title={blind.failed ? t("blind.unknown") : t("blind.count", { count: blind.cameras.length })}
        text={`${blind.why ? `${blind.why}\n` : ""}${t("empty.blindText", { title })}`}
        actions={
          <Link to="/cameras?state=blind">
            <Button type="primary">{t("empty.seeCameras")}</Button>
          </Link>
        }
      >
        {way}
      </StatePanel>
    );
  }
  const watching = items?.filter((camera) => camera.state === "watching") ?? [];
  const lastAnalysed = watching
    .map((camera) => camera.last_analysed_at)
    .filter((moment) => moment !== null)
    .sort()
    .at(0);
  const rest = (items?.length ?? 0) - watching.length;
  const who =
    items === undefined
      ? undefined
      : rest === 0
        ? t("empty.watching", { count: watching.length })
        : t("empty.watchingSome", { count: watching.length, rest });
  return (
    <StatePanel
      testId="empty-watching"
      icon={watching.length > 0 ? <EyeOutlined /> : <EyeInvisibleOutlined />}
      hatched={watching.length === 0}
      title={title}
      text={who}
      actions={
        lastAnalysed && (
          <span>
            {t("empty.lastAnalysed")} <Ago moment={lastAnalysed} />
          </span>
        )
      }
    >
      {way}
    </StatePanel>
  );
}
