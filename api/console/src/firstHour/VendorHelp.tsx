import { Collapse } from "antd";
import { useTranslation } from "react-i18next";

import { useTerm } from "../i18n/terms";
import { CopyButton } from "../ui/CodeBlock";
import styles from "./firstHour.module.css";
import { VENDORS } from "./vendors";

/** Of each maker: where RTSP and ONVIF are switched on, as whom one signs in, and where its streams are. */
export function VendorHelp() {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <section aria-label={t("guide.vendorsTitle")} data-testid="vendor-help">
      <h2 className={styles.heading}>{t("guide.vendorsTitle")}</h2>
      <p className={styles.muted}>{t("guide.vendorsText")}</p>
      <Collapse
        size="small"
        defaultActiveKey={VENDORS[0].id}
        items={VENDORS.map((vendor) => ({
          key: vendor.id,
          label: term("maker", vendor.id),
          children: <Vendor {...vendor} />,
        }))}
      />
    </section>
  );
}

function Vendor({ id, main, sub }: (typeof VENDORS)[number]) {
  const { t } = useTranslation();
  return (
    <dl className={styles.vendor} data-testid="vendor" data-vendor={id}>
      <dt>{t("guide.switchOn")}</dt>
      <dd>{t(`guide.vendors.${id}.switchOn`)}</dd>
      <dt>{t("guide.account")}</dt>
      <dd>{t(`guide.vendors.${id}.account`)}</dd>
      <dt>{t("guide.mainStream")}</dt>
      <Address url={main} />
      <dt>{t("guide.subStream")}</dt>
      <Address url={sub} />
    </dl>
  );
}

function Address({ url }: { url: string }) {
  return (
    <dd className={styles.address}>
      <code>{url}</code>
      <CopyButton text={url} />
    </dd>
  );
}
