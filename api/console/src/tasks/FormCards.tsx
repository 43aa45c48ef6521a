import { FileDoneOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useTerm } from "../i18n/terms";
import { InspectionMark } from "../inspection/StateMark";
import { daysOf, titleOf } from "../inspection/words";
import { useMay } from "../session/policy";
import { useSession } from "../session/useSession";
import { useFormDrafts } from "./DraftsProvider";
import { FormMark } from "./DraftMark";
import type { FormDraft } from "./formDraft";
import styles from "./tasks.module.css";
import { schoolName } from "../schools/schoolName";

const AGAIN_MS = 120_000;

/** What is to be inspected now: the first due first, drafts of what is not in the list among them. */
export function FormCards() {
  const { t } = useTranslation();
  const term = useTerm();
  const isOfSchool = useSession().data?.school !== null;
  const may = useMay()("perform_inspections") && isOfSchool;
  const { drafts } = useFormDrafts();
  const query = useQuery({
    queryKey: keys.inspectionsDue,
    queryFn: () => api.inspections({ ours: true, signed: false, limit: 50 }),
    enabled: may,
    refetchInterval: AGAIN_MS,
  });
  const forms = query.data?.items ?? [];
  const listed = new Set(forms.map(({ id }) => id));
  const others = [...(drafts?.values() ?? [])].filter(({ formId }) => !listed.has(formId));
  if (!may || (forms.length === 0 && others.length === 0)) return null;
  return (
    <section data-testid="forms">
      <h2 className={styles.section}>{t("forms.title")}</h2>
      <ul className={styles.cards}>
        {forms.map((form) => (
          <li key={form.id}>
            <Link
              to={`/tasks/forms/${form.id}`}
              className={styles.card}
              data-testid="form-card"
              data-form={form.id}
              data-state={form.state}
            >
              <FormIcon />
              <div className={styles.text}>
                <strong className={styles.what}>{titleOf(t, term, form)}</strong>
                <span className={styles.where}>
                  {[form.visitor && schoolName(form.school), daysOf(t, form)].filter(Boolean).join(t("tasks.joint"))}
                </span>
                <span className={styles.marks}>
                  <InspectionMark state={form.state} />
                  <FormMark formId={form.id} draft={drafts?.get(form.id)} />
                </span>
              </div>
            </Link>
          </li>
        ))}
        {others.map((draft) => (
          <FormDraftCard key={draft.formId} draft={draft} />
        ))}
      </ul>
    </section>
  );
}

/** Of a form that is not in the list, or that could not be read for want of a network. */
export function FormDraftCard({ draft }: { draft: FormDraft }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <li>
      <Link
        to={`/tasks/forms/${draft.formId}`}
        className={styles.card}
        data-testid="form-draft-card"
        data-form={draft.formId}
      >
        <FormIcon />
        <div className={styles.text}>
          <strong className={styles.what}>{titleOf(t, term, draft.form)}</strong>
          <span className={styles.where}>{daysOf(t, draft.form)}</span>
          <FormMark formId={draft.formId} draft={draft} />
        </div>
      </Link>
    </li>
  );
}

function FormIcon() {
  return (
    <span className={styles.formIcon}>
      <FileDoneOutlined aria-hidden="true" />
    </span>
  );
}
