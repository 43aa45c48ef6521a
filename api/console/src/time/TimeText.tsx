import { useTranslation } from "react-i18next";

import { formatAgo, formatDuration, formatExact, formatMoment, secondsBetween } from "./format";
import { useNow } from "./useNow";

interface Props {
  moment: string;
  className?: string | undefined;
}

/** "12 分钟前", the exact moment on hover. */
export function Ago({ moment, className }: Props) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <time dateTime={moment} title={formatExact(moment)} className={className}>
      {formatAgo(t, moment, now)}
    </time>
  );
}

/** "14:02", the exact moment on hover. */
export function Moment({ moment, className, seconds }: Props & { seconds?: boolean }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <time dateTime={moment} title={formatExact(moment)} className={className}>
      {formatMoment(t, moment, now, seconds)}
    </time>
  );
}

/** "2026-11-24 14:02": on paper nobody knows which day "14:02" was. */
export function Exact({ moment, className }: Props) {
  return (
    <time dateTime={moment} title={formatExact(moment)} className={className}>
      {formatExact(moment).slice(0, 16)}
    </time>
  );
}

/** A length of time that still grows. */
export function Elapsed({ moment, className }: Props) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <time dateTime={moment} title={formatExact(moment)} className={className}>
      {formatDuration(t, secondsBetween(moment, now))}
    </time>
  );
}
