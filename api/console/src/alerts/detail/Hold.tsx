import { LockOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { AlertDetail } from "../../http/types";
import { useMay } from "../../session/policy";
import styles from "./detail.module.css";

/** Keeps an alert from being deleted when its time is up; letting it go again is a permission of its own. */
export function Hold({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const isHeld = alert.held_at !== null;
  const change = useMutation({
    mutationFn: () => (isHeld ? api.release(alert.id) : api.hold(alert.id)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.alert(alert.id) }),
  });
  return (
    <p className={styles.nothing} data-testid="hold" data-held={isHeld}>
      {isHeld && (
        <>
          <LockOutlined aria-hidden="true" /> {t("hold.held", { name: alert.held_by })}{" "}
        </>
      )}
      {may(isHeld ? "release_holds" : "hold") && (
        <Button
          size="small"
          loading={change.isPending}
          onClick={() => change.mutate()}
          data-testid={isHeld ? "release" : "hold-it"}
        >
          {t(isHeld ? "hold.release" : "hold.hold")}
        </Button>
      )}
      {change.isError && <span role="alert"> {t("hold.failed")}</span>}
    </p>
  );
}
