import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DiscoveryView, ScanStart } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { addressOf } from "./address";
import styles from "./discovery.module.css";

const MAKERS = ["hikvision", "dahua", "uniview", "tplink", "reolink", "onvif", "rtsp"] as const;

/** Of the accounts, the one that is typed here; no name of an account is like this. */
const TYPED = "*";

/** Who signs in, as somebody typed it; is sealed before it leaves. */
export interface TypedAccount {
  username: string;
  password: string;
}

interface Props {
  box: DiscoveryView;
  /** Whether a user and a password can be sealed to the box. */
  canSeal: boolean;
  isBusy: boolean;
  onStart: (wish: ScanStart, typed: TypedAccount | null) => void;
}

/** Networks of the configuration, addresses whose maker is known, and one account. */
export function SearchForm({ box, canSeal, isBusy, onStart }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [left, setLeft] = useState<readonly string[]>([]);
  const [addresses, setAddresses] = useState<readonly string[]>([]);
  const [maker, setMaker] = useState<string>("hikvision");
  const [host, setHost] = useState("");
  const [chosen, setAccount] = useState<string | null>(null);
  const [typed, setTyped] = useState<TypedAccount>({ username: "", password: "" });
  const account = chosen ?? box.accounts[0]?.name ?? (canSeal ? TYPED : "");
  const signsIn = account === TYPED && (typed.username !== "" || typed.password !== "");
  const isHalf = signsIn && !(typed.username.trim() && typed.password);
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
  const canStart =
    box.is_able && wrong === null && !isHalf && (networks.length > 0 || wanted.length > 0) && !isBusy;
  const start = () =>
    onStart(
      {
        networks: [...networks],
        addresses: wanted,
        account: account === TYPED ? null : account || null,
        time_limit_s: 300,
      },
      signsIn ? { ...typed, username: typed.username.trim() } : null,
    );
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
          value={account}
          aria-label={t("discovery.account")}
          onChange={setAccount}
          options={[
            { value: "", label: t("discovery.noAccount") },
            ...(canSeal ? [{ value: TYPED, label: t("discovery.typed") }] : []),
            ...box.accounts.map(({ name, username }) => ({
              value: name,
              label: `${name} (${username})`,
            })),
          ]}
          popupMatchSelectWidth={false}
          data-testid="discovery-account"
        />
        {account === TYPED && (
          <>
            <Input
              className={styles.short ?? ""}
              value={typed.username}
              maxLength={128}
              autoComplete="off"
              aria-label={t("signIn.username")}
              placeholder={t("signIn.username")}
              onChange={({ target }) => setTyped({ ...typed, username: target.value })}
              data-testid="discovery-username"
            />
            <Input.Password
              className={styles.short ?? ""}
              value={typed.password}
              maxLength={256}
              autoComplete="new-password"
              aria-label={t("signIn.password")}
              placeholder={t("signIn.password")}
              onChange={({ target }) => setTyped({ ...typed, password: target.value })}
              onPressEnter={() => canStart && start()}
              data-testid="discovery-password"
            />
          </>
        )}
        <span className={styles.muted}>
          {t(account === TYPED ? "discovery.typedHint" : "discovery.accountHint")}
        </span>
      </div>
      <Button
        type="primary"
        icon={<SearchOutlined />}
        loading={isBusy}
        disabled={!canStart}
        onClick={start}
        data-testid="discovery-start"
      >
        {t("discovery.start")}
      </Button>
    </section>
  );
}
