import { Alert, Button, Modal } from "antd";
import { useTranslation } from "react-i18next";

import type { BoxCode } from "../http/types";
import { formatExact } from "../time/format";
import { CodeBlock } from "../ui/CodeBlock";
import styles from "./boxes.module.css";
import { schoolName } from "../schools/schoolName";

/** A one-time code, shown once, with what to type on the box. */
export function CodeDialog({ code, onClose }: { code: BoxCode | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={code !== null}
      title={t("boxes.codeOf", { name: code?.box.name, school: schoolName(code?.box.school) })}
      onCancel={onClose}
      mask={{ closable: false }}
      width={560}
      footer={
        <Button type="primary" onClick={onClose} data-testid="code-done">
          {t("action.done")}
        </Button>
      }
    >
      {code && (
        <>
          <p className={styles.code} data-testid="box-code">
            {code.code}
          </p>
          <p>{t("boxes.type")}</p>
          <CodeBlock text={`mingan worker enroll ${window.location.origin} ${code.code}`} />
          <Alert
            type="info"
            showIcon
            title={t("boxes.once", { until: formatExact(code.expires_at).slice(0, 16) })}
          />
        </>
      )}
    </Modal>
  );
}
