import {
  EyeInvisibleOutlined,
  FileImageOutlined,
  PictureOutlined,
  VideoCameraOutlined,
} from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import type { EvidenceView } from "../../http/types";
import { formatDuration } from "../../time/format";
import { Moment } from "../../time/TimeText";
import { Hash } from "../../ui/Hash";
import styles from "./detail.module.css";

const ICONS = {
  snapshot: EyeInvisibleOutlined,
  snapshot_original: FileImageOutlined,
  clip: VideoCameraOutlined,
  reference: PictureOutlined,
} as const;

function megabytes(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;
}

export function EvidenceList({ evidence }: { evidence: readonly EvidenceView[] }) {
  const { t } = useTranslation();
  if (evidence.length === 0) return <p className={styles.nothing}>{t("evidence.none")}</p>;
  return (
    <ul className={styles.evidence} data-testid="evidence">
      {evidence.map((each) => {
        const Icon = ICONS[each.kind];
        return (
          <li key={each.sha256} className={styles.evidenceItem} data-kind={each.kind}>
            <Icon aria-hidden="true" />
            <span className={styles.evidenceName}>
              {each.url ? (
                <a href={each.url} target="_blank" rel="noreferrer">
                  {t(`evidence.${each.kind}`)}
                </a>
              ) : (
                t(`evidence.${each.kind}`)
              )}
            </span>
            <span className={styles.evidenceFacts}>
              {`${each.width}×${each.height}`}
              {each.duration_s > 0 && ` · ${formatDuration(t, each.duration_s)}`}
              {` · ${megabytes(each.size_bytes)}`}
              {each.is_later && ` · ${t("evidence.later")}`}
            </span>
            <span className={styles.evidenceHash}>
              {each.available ? (
                <>
                  <span className={styles.label}>{"SHA-256"}</span> <Hash value={each.sha256} />
                </>
              ) : (
                <span className={styles.waitingFor}>
                  {each.deleted_at ? (
                    <>
                      {t("evidence.deleted")} <Moment moment={each.deleted_at} />
                    </>
                  ) : (
                    t("evidence.notArrived")
                  )}
                </span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
