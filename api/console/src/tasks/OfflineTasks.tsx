import { DisconnectOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { DraftCards, KeptFacts } from "./DraftCards";
import { DraftMark } from "./DraftMark";
import { useDrafts, useFormDrafts } from "./DraftsProvider";
import { Editor } from "./Editor";
import { FormDraftCard } from "./FormCards";
import { FormEditor } from "./FormEditor";
import { FormHead } from "./FormHead";
import { FormRefused } from "./FormRefused";
import { Refused } from "./Refused";
import styles from "./tasks.module.css";

const AGAIN_MS = 5_000;

/**
 * What was begun on this phone, while the command centre cannot be asked who is there: it shows what
 * the last one to sign in wrote here, and nothing that the command centre told.
 */
export default function OfflineTasks({ retry }: { retry: () => void }) {
  const { t } = useTranslation();
  const { drafts } = useDrafts();
  const { drafts: forms } = useFormDrafts();
  const { pathname } = useLocation();
  const id = Number(/^\/tasks\/(\d+)$/.exec(pathname)?.[1]);
  const draft = drafts?.get(id);
  const form = forms?.get(Number(/^\/tasks\/forms\/(\d+)$/.exec(pathname)?.[1]));
  const isList = !draft && !form;
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
      {form && (
        <>
          <FormHead form={form.form} />
          <FormRefused form={undefined} draft={form} />
          <FormEditor draft={form} version={form.version} />
        </>
      )}
      {isList && forms && forms.size > 0 && (
        <ul className={styles.cards}>
          {[...forms.values()].map((each) => (
            <FormDraftCard key={each.formId} draft={each} />
          ))}
        </ul>
      )}
      {isList && drafts && drafts.size > 0 && <DraftCards drafts={[...drafts.values()]} />}
      {drafts?.size === 0 && forms?.size === 0 && (
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
