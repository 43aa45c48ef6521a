import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

import type { AlertFilters } from "../../alert/filters";

interface Props {
  from: string | null;
  to: string | null;
  onChange: (changes: Partial<AlertFilters>) => void;
}

/** Apart, because the calendar is heavy and seldom needed. */
export default function CustomRange({ from, to, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <DatePicker.RangePicker
      size="small"
      showTime={{ format: "HH:mm" }}
      format="MM-DD HH:mm"
      allowEmpty={[true, true]}
      value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
      onChange={(range) =>
        onChange({
          range: null,
          from: range?.[0]?.toISOString() ?? null,
          to: range?.[1]?.toISOString() ?? null,
        })
      }
      aria-label={t("filter.time")}
    />
  );
}
