import { ArrowLeftOutlined, PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { InspectionDetail } from "../http/types";
import { useTerm } from "../i18n/terms";
import { InspectionMark } from "../inspection/StateMark";
import { daysOf, titleOf } from "../inspection/words";
import { Exact } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { FormPaper } from "./FormPaper";
import { InspectorSelect } from "./InspectorSelect";
import styles from "./inspections.module.css";
import { SheetItem } from "./SheetItem";
import { SheetSignatures } from "./SheetSignatures";
import { schoolName } from "../schools/schoolName";

/** A form as it stands, with what was known and what became of its hazards; printed, a sheet to sign. */
export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  const id = Number(useParams()["id"]);
  const query = useQuery({
    queryKey: keys.inspection(id),
    queryFn: () => api.inspection(id),
    enabled: Number.isSafeInteger(id),
  });
  const form = query.data;
  usePageTitle(form ? titleOf(t, term, form) : t("nav.inspections"));
  if (query.isError && !form) {
    const isMissing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return isMissing ? (
      <StatePanel testId="inspection-not-found" title={t("forms.gone")} text={t("forms.goneText")} />
    ) : (
      <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />
    );
  }
  if (!form) return <Skeleton active />;
  return (
    <article className={styles.sheet} data-testid="inspection-page" data-state={form.state}>
      <nav className={styles.actions}>
        <Link to="/inspections" className={styles.back}>
          <ArrowLeftOutlined aria-hidden="true" /> {t("nav.inspections")}
        </Link>
        {form.may_fill && (
          <Link to={`/tasks/forms/${form.id}`} data-testid="to-fill">
            {t("inspection.fill")}
          </Link>
        )}
        <Button
          size="small"
          icon={<PrinterOutlined />}
          onClick={() => window.print()}
          data-testid="print-sheet"
        >
          {t("inspection.print")}
        </Button>
        <FormPaper form={form} />
      </nav>
      <Head form={form} />
      <ol className={styles.items}>
        {form.items.map((item, number) => (
          <SheetItem key={item.id} item={item} number={number + 1} form={form} />
        ))}
      </ol>
      <SheetSignatures form={form} />
    </article>
  );
}

function Head({ form }: { form: InspectionDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <header className={styles.head}>
      <h1>{titleOf(t, term, form)}</h1>
      <dl className={styles.facts}>
        <dt>{t("inspection.school")}</dt>
        <dd>{schoolName(form.school)}</dd>
        {form.visitor && (
          <>
            <dt>{t("inspection.by")}</dt>
            <dd>{form.visitor.name}</dd>
          </>
        )}
        <dt>{t("inspection.when")}</dt>
        <dd>{daysOf(t, form)}</dd>
        <dt>{t("inspection.due")}</dt>
        <dd>
          <Exact moment={form.due_at} />
        </dd>
        <dt>{t("inspection.state")}</dt>
        <dd>
          <InspectionMark state={form.state} />
        </dd>
        <dt>{t("inspection.inspector")}</dt>
        <dd>
          <InspectorSelect form={form} />
        </dd>
        <dt>{t("inspection.profiles")}</dt>
        <dd>{form.profiles.join(t("inspection.comma"))}</dd>
      </dl>
    </header>
  );
}
