import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import type { ConfigurationView, VersionDetail } from "../../http/types";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { DiffList } from "../../configuration/DiffList";
import { useVersion } from "./useConfiguration";
import { YamlText } from "./YamlText";
import styles from "../../configuration/configuration.module.css";

/** One version: what it changed, and all of it. */
export function VersionPanel({ box, number }: { box: ConfigurationView; number: number }) {
  const { t } = useTranslation();
  const state = box.versions.find((each) => each.number === number)?.state ?? "";
  const query = useVersion(box.box_id, number, state);
  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("configuration.stillWorks")} />;
  }
  if (!query.data) return <Skeleton active paragraph={{ rows: 8 }} />;
  return <Detail detail={query.data} />;
}

function Detail({ detail }: { detail: VersionDetail }) {
  const { t } = useTranslation();
  const { version, diff } = detail;
  const wrong = new Set(version.problems.flatMap(({ line }) => (typeof line === "number" ? [line] : [])));
  return (
    <section className={styles.panel} data-testid="version-panel">
      <h2>{t("configuration.number", { number: version.number })}</h2>
      <h3>
        {diff.against === null
          ? t("configuration.first")
          : t("configuration.changedSince", { number: diff.against })}
      </h3>
      <DiffList diff={diff} />
      <h3>{t("configuration.yaml")}</h3>
      <YamlText text={detail.text} wrong={wrong} />
      <p className={styles.muted}>{t("configuration.marker")}</p>
    </section>
  );
}
