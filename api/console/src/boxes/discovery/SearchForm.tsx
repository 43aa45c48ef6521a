import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DiscoveryView, ScanStart } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { addressOf } from "./address";
import styles from "./discovery.module.css";

const MAKERS = ["hikvision", "dahua", "uniview", "tplink", "reolink", "onvif", "rtsp"] as const;

interface Props {
  box: DiscoveryView;
  isBusy: boolean;
  onStart: (wish: ScanStart) => void;
}

/** Networks of the configuration, addresses whose maker is known, and one account. */
export function SearchForm({ box, isBusy, onStart }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [left, setLeft] = useState<readonly string[]>([]);
  const [addresses, setAddresses] = useState<readonly string[]>([]);
  const [maker, setMaker] = useState<string>("hikvision");
  const [host, setHost] = useState("");
  const [account, setAccount] = useState<string | null>(box.accounts[0]?.name ?? null);
  const networks = box.networks.filter((each) => !left.includes(each));
  const written = addressOf(maker, host);
  const wrong = "wrong" in written && written.wrong !== "empty" ? written.wrong : null;
  const pending = "address" in written ? [written.address] : [];
  const add = () => {
    if (pending.length === 0) return;
    setAddresses([...addresses.filter((each) => !pending.includes(each)), ...pending]);
    setHost("");
  };
  const wanted = [...new Set([...addresses, ...pending])];
  return (
    <section className={styles.form} aria-label={t("discovery.what")}>
      <fieldset className={styles.networks}>
        <legend>{t("discovery.networks")}</legend>
        {box.networks.map((network) => (
          <Checkbox
            key={network}
            checked={!left.includes(network)}
            onChange={({ target }) =>
              setLeft(
                target.checked ? left.filter((each) => each !== network) : [...left, network],
              )
            }
            data-testid="discovery-network"
          >
            <code>{network}</code>
          </Checkbox>
        ))}
      </fieldset>
      <fieldset className={styles.addresses}>
        <legend>{t("discovery.addresses")}</legend>
        <div className={styles.row}>
          <Select
            value={maker}
            onChange={setMaker}
            aria-label={t("discovery.maker")}
            options={MAKERS.map((value) => ({ value, label: term("maker", value) }))}
            popupMatchSelectWidth={false}
          />
          <Input
            value={host}
            maxLength={160}
            aria-label={t("discovery.address")}
            placeholder={t(maker === "rtsp" ? "discovery.streamHint" : "discovery.addressHint")}
            onChange={({ target }) => setHost(target.value)}
            onPressEnter={add}
            status={wrong ? "error" : ""}
            data-testid="discovery-address"
          />
          <Button icon={<PlusOutlined />} disabled={pending.length === 0} onClick={add}>
            {t("discovery.addAddress")}
          </Button>
        </div>
        {wrong && (
          <span role="alert" className={styles.wrong} data-testid="discovery-wrong">
            {t(wrong === "credential" ? "discovery.noCredential" : "discovery.noAddress")}
          </span>
        )}
        <div className={styles.row}>
          {addresses.map((address) => (
            <Tag
              key={address}
              closable
              onClose={() => setAddresses(addresses.filter((each) => each !== address))}
            >
              {address}
            </Tag>
          ))}
        </div>
      </fieldset>
      <div className={styles.account}>
        <span>{t("discovery.account")}</span>
        <Select
          value={account ?? ""}
          aria-label={t("discovery.account")}
          onChange={(name) => setAccount(name || null)}
          options={[
            { value: "", label: t("discovery.noAccount") },
            ...box.accounts.map(({ name, username }) => ({
              value: name,
              label: `${name} (${username})`,
            })),
          ]}
          popupMatchSelectWidth={false}
          data-testid="discovery-account"
        />
        <span className={styles.muted}>{t("discovery.accountHint")}</span>
      </div>
      <Button
        type="primary"
        icon={<SearchOutlined />}
        loading={isBusy}
        disabled={!box.is_able || wrong !== null || (networks.length === 0 && wanted.length === 0)}
        onClick={() =>
          onStart({ networks: [...networks], addresses: wanted, account, time_limit_s: 300 })
        }
        data-testid="discovery-start"
      >
        {t("discovery.start")}
      </Button>
    </section>
  );
}
