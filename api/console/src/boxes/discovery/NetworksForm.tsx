import { Alert, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { DiscoveryView } from "../../http/types";
import { useChange } from "../../ui/useChange";
import { isNetwork } from "./address";
import styles from "./discovery.module.css";

/** Where the box may search; becomes a version of its configuration as any other change. */
export function NetworksForm({ box }: { box: DiscoveryView }) {
  const { t } = useTranslation();
  const [written, setWritten] = useState("");
  const networks = written.split(/[\s,，、;；]+/).filter(Boolean);
  const isWrong = networks.some((each) => !isNetwork(each));
  const save = useChange(
    async () => {
      const edited = await api.editBoxSettings(box.box_id, { against: box.newest, networks });
      const reason = t("discovery.allowReason", { networks: networks.join(t("list.separator")) });
      return api.saveConfiguration(box.box_id, box.newest, { text: edited.text, reason });
    },
    { invalidates: [keys.discovery(box.box_id), keys.configuration(box.box_id)] },
  );
  const canSave = networks.length > 0 && !isWrong && box.newest > 0;
  return (
    <section className={styles.form} data-testid="discovery-not-allowed">
      <h2>{t("discovery.notAllowed")}</h2>
      <p className={styles.muted}>{t("discovery.notAllowedText")}</p>
      {box.newest === 0 && <Alert type="info" showIcon title={t("discovery.noText")} />}
      <div className={styles.row}>
        <Input
          className={styles.short ?? ""}
          value={written}
          maxLength={320}
          status={isWrong ? "error" : ""}
          aria-label={t("discovery.network")}
          placeholder="192.168.1.0/24"
          onChange={({ target }) => setWritten(target.value)}
          onPressEnter={() => canSave && save.mutate(undefined)}
          data-testid="discovery-name-network"
        />
        <Button
          type="primary"
          disabled={!canSave}
          loading={save.isPending || save.isSuccess}
          onClick={() => save.mutate(undefined)}
          data-testid="discovery-allow"
        >
          {t("discovery.allow")}
        </Button>
      </div>
      {save.isSuccess && (
        <Alert
          type="info"
          showIcon
          title={t("discovery.allowing")}
          action={<Link to={`/boxes/${box.box_id}/configuration`}>{t("configuration.title")}</Link>}
        />
      )}
      {isWrong && (
        <span role="alert" className={styles.wrong}>
          {t("discovery.noNetwork")}
        </span>
      )}
    </section>
  );
}
