import { LeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { InspectionDetail } from "../http/types";
import { useSession } from "../session/useSession";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { useFormDrafts } from "./DraftsProvider";
import { newFormDraft } from "./formDraft";
import { FormEditor } from "./FormEditor";
import { FormHead } from "./FormHead";
import { FormRefused } from "./FormRefused";
import styles from "./tasks.module.css";

/** A form on a phone: item by item, with photographs, and a name under it. */
export function Component() {
  const { t } = useTranslation();
  const id = Number(useParams()["id"]);
  const username = useSession().data?.username;
  const { drafts, submitted } = useFormDrafts();
  const query = useQuery({
    queryKey: keys.inspection(id),
    queryFn: () => api.inspection(id),
    enabled: Number.isSafeInteger(id),
  });
  usePageTitle(t("forms.one"), t("tasks.title"));
  const form = query.data;
  const kept = drafts?.get(id);
  const draft = kept ?? (form && username ? newFormDraft(username, form) : undefined);
  const isGone = query.isError && toProblem(query.error, undefined).status === 404;
  // What was just handed in is read again before it is shown.
  const isSettling = submitted.has(id) && !kept && form?.may_fill === true;
  const mayFill = !isSettling && (form ? form.may_fill : kept !== undefined);
  return (
    <article className={styles.page} data-testid="form-page" data-form={id} data-state={form?.state}>
      <Link to="/tasks" className={styles.back} data-testid="back-to-tasks">
        <LeftOutlined aria-hidden="true" /> {t("tasks.title")}
      </Link>
      {(form ?? kept) && <FormHead form={form ?? kept!.form} />}
      {query.isError && !form && !isGone && !kept && (
        <ErrorPanel query={query} stillWorks={t("tasks.stillWorks")} />
      )}
      {isGone && !kept && <StatePanel testId="form-gone" title={t("forms.gone")} text={t("forms.goneText")} />}
      {((query.isPending && !kept) || isSettling) && <Skeleton active />}
      <FormRefused form={form} draft={kept} />
      {drafts && draft && mayFill && <FormEditor draft={draft} version={form?.version ?? draft.version} />}
      {form && !form.may_fill && <Done form={form} />}
    </article>
  );
}

function Done({ form }: { form: InspectionDetail }) {
  const { t } = useTranslation();
  return (
    <StatePanel
      testId="form-done"
      title={t(form.signed_at ? "forms.signedBy" : "forms.others", { name: form.signer })}
      text={form.hazard_count > 0 ? t("forms.hazards", { count: form.hazard_count }) : undefined}
      actions={<Link to={`/inspections/${form.id}`}>{t("forms.toSheet")}</Link>}
    >
      {form.signed_at && <Exact moment={form.signed_at} className={styles.muted} />}
    </StatePanel>
  );
}
