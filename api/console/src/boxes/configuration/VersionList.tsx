import { DownloadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { configurationFile } from "../../http/files";
import type { ConfigurationView, VersionSummary } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Ago } from "../../time/TimeText";
import { ProblemList } from "../../configuration/ProblemList";
import { StateOfVersion } from "./StateOfVersion";
import styles from "../../configuration/configuration.module.css";

interface Props {
  box: ConfigurationView;
  shown: number | null;
  onShow: (number: number) => void;
  onRestore: (number: number) => void;
  isRestoring: boolean;
}

/** The versions of a box's configuration, the newest first: who, when, why, and what became of each. */
export function VersionList({ box, shown, onShow, onRestore, isRestoring }: Props) {
  return (
    <ol className={styles.versions} data-testid="versions">
      {box.versions.map((version) => (
        <Version
          key={version.number}
          box={box}
          version={version}
          isShown={version.number === shown}
          onShow={() => onShow(version.number)}
          onRestore={() => onRestore(version.number)}
          isRestoring={isRestoring}
        />
      ))}
    </ol>
  );
}

interface VersionProps {
  box: ConfigurationView;
  version: VersionSummary;
  isShown: boolean;
  onShow: () => void;
  onRestore: () => void;
  isRestoring: boolean;
}

function Version({ box, version, isShown, onShow, onRestore, isRestoring }: VersionProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const { number } = version;
  const isTaken = number === box.running || number === box.wanted;
  return (
    <li className={styles.version} data-testid="version" data-number={number} data-shown={isShown}>
      <header className={styles.head}>
        <strong>{t("configuration.number", { number })}</strong>
        <StateOfVersion version={version} />
        <span className={styles.muted}>
          {version.origin === "box" ? t("configuration.byBox") : version.created_by}
          {" · "}
          <Ago moment={version.created_at} />
        </span>
      </header>
      {version.reason && <p className={styles.reason}>{version.reason}</p>}
      {version.why && <p className={styles.wrong}>{term("configuration_refusal", version.why)}</p>}
      {version.problems.length > 0 && <ProblemList problems={version.problems} />}
      {version.waits.length > 0 && (
        <p className={styles.muted}>
          {t("configuration.waits", { keys: version.waits.join(", ") })}
        </p>
      )}
      <footer className={styles.foot}>
        <Button
          size="small"
          type={isShown ? "primary" : "default"}
          aria-pressed={isShown}
          onClick={onShow}
          data-testid="version-show"
        >
          {t("configuration.show")}
        </Button>
        {!isTaken && (
          <Button
            size="small"
            loading={isRestoring}
            onClick={onRestore}
            data-testid="version-restore"
          >
            {t("configuration.restore")}
          </Button>
        )}
        <Button
          size="small"
          type="text"
          icon={<DownloadOutlined />}
          href={configurationFile(box.box_id, number)}
          download
          aria-label={t("configuration.exportOf", { number })}
          data-testid="version-export"
        >
          {t("configuration.export")}
        </Button>
      </footer>
    </li>
  );
}
