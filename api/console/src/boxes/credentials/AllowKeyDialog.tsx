import { Alert, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { useChange } from "../../ui/useChange";
import styles from "./credentials.module.css";
import { fingerprint } from "./seal";

interface Props {
  boxId: number;
  boxKey: string;
  /** Fingerprint of the key that was allowed before. */
  before: string | null;
  onClose: () => void;
}

/** A box's key, compared with what the box itself says, and allowed. */
export default function AllowKeyDialog({ boxId, boxKey, before, onClose }: Props) {
  const { t } = useTranslation();
  const allow = useChange(() => api.allowBoxKey(boxId, boxKey), {
    invalidates: [keys.credentials(boxId)],
    onDone: onClose,
  });
  return (
    <Modal
      open
      title={t(before ? "credentials.allowChanged" : "credentials.allowNew")}
      okText={t("credentials.allow")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => allow.mutate(undefined)}
      confirmLoading={allow.isPending}
      okButtonProps={{ "data-testid": "key-allow" }}
      width={560}
    >
      {before && (
        <>
          <Alert type="warning" showIcon title={t("credentials.changedText")} />
          <p>{t("credentials.printBefore")}</p>
          <p className={styles.fingerprint} data-testid="print-before">
            {before}
          </p>
        </>
      )}
      <p>{t("credentials.printNow")}</p>
      <p className={styles.fingerprint} data-testid="print-now">
        {fingerprint(boxKey)}
      </p>
      <p className={styles.muted}>{t("credentials.howToCompare")}</p>
    </Modal>
  );
}
