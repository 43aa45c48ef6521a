import { DownloadOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../session/policy";
import { ListBar } from "../ui/ListBar";
import type { Reading } from "../ui/Refresh";
import styles from "./privacy.module.css";

interface FrameProps {
  query: Reading;
  tabs: ReactNode;
  filters?: ReactNode;
  file: string;
  onAdd: () => void;
  children: ReactNode;
}

/** A register under its bar: what narrows it, and what can be done with it. */
export function RegisterFrame({ query, tabs, filters, file, onAdd, children }: FrameProps) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      <ListBar
        title={t("keeping.privacy")}
        query={query}
        actions={
          <>
            {may("manage_privacy") && (
              <Button size="small" type="primary" icon={<PlusOutlined />} onClick={onAdd} data-testid="privacy-add">
                {t("privacy.add")}
              </Button>
            )}
            <Button size="small" icon={<DownloadOutlined />} href={file} download data-testid="privacy-export">
              {t("audit.export")}
            </Button>
          </>
        }
      >
        {tabs}
        {filters}
      </ListBar>
      <div className={styles.page}>{children}</div>
    </>
  );
}
