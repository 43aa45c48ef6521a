import { DisconnectOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { DraftCards, KeptFacts } from "./DraftCards";
import { DraftMark } from "./DraftMark";
import { useDrafts } from "./DraftsProvider";
import { Editor } from "./Editor";
import { Refused } from "./Refused";
import styles from "./tasks.module.css";

const AGAIN_MS = 5_000;

/**
 * What was begun on this phone, while the command centre cannot be asked who is there: it shows what
 * the last one to sign in wrote here, and nothing that the command centre told.
 */
export function OfflineTasks({ retry }: { retry: () => void }) {
  const { t } = useTranslation();
  const { drafts } = useDrafts();
  const id = Number(/^\/tasks\/(\d+)$/.exec(useLocation().pathname)?.[1]);
  const draft = drafts?.get(id);
  usePageTitle(t("tasks.title"));
  useEffect(() => {
    const timer = window.setInterval(retry, AGAIN_MS);
    window.addEventListener("online", retry);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("online", retry);
    };
  }, [retry]);
  return (
    <main className={styles.page} data-testid="offline-tasks">
      <p className={`${styles.offline} hatched`} role="alert">
        <DisconnectOutlined aria-hidden="true" /> {t("tasks.offline")}
      </p>
      {draft && (
        <>
          <KeptFacts draft={draft} />
          <Refused order={undefined} draft={draft} />
          <Editor draft={draft} version={draft.version} />
        </>
      )}
      {!draft && drafts && drafts.size > 0 && <DraftCards drafts={[...drafts.values()]} />}
      {drafts?.size === 0 && (
        <StatePanel
          testId="no-drafts"
          title={t("error.unreachable")}
          text={t("tasks.noDrafts")}
          actions={
            <Button size="large" onClick={retry}>
              {t("action.retry")}
            </Button>
          }
        />
      )}
      {!draft && Number.isFinite(id) && <DraftMark orderId={id} draft={undefined} />}
    </main>
  );
}
