import { DownloadOutlined, FilePdfOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Modal, Progress, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { paperFile } from "../http/files";
import { keys } from "../http/keys";
import type { InspectionDetail, PaperRequest, ReportView } from "../http/types";
import { isTerm, useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { Hash } from "../ui/Hash";
import { usePreferences } from "../ui/preferences";
import { useChange } from "../ui/useChange";
import styles from "./inspections.module.css";

/** How often a paper that is being made is read again, in milliseconds. */
const READ_AGAIN_MS = 1000;

/** A PDF of the form to sign, made and downloaded where the form is. */
export function FormPaper({ form }: { form: InspectionDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="small"
        icon={<FilePdfOutlined />}
        onClick={() => setOpen(true)}
        data-testid="paper"
      >
        {t("inspection.paper.ask")}
      </Button>
      <Modal
        open={open}
        title={t("inspection.paper.title")}
        footer={null}
        onCancel={() => setOpen(false)}
        width={440}
        destroyOnHidden
      >
        <Paper form={form} />
      </Modal>
    </>
  );
}

function Paper({ form }: { form: InspectionDetail }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<ReportView | null>(null);
  const ask = useChange((body: PaperRequest) => api.askPaper(form.id, body), {
    invalidates: [keys.reports],
    onDone: setAsked,
  });
  return (
    <div className={styles.paper} data-testid="paper-dialog">
      {!form.signed_at && <Alert type="info" showIcon title={t("inspection.paper.unsigned")} />}
      <Wishes form={form} isAsking={ask.isPending} onAsk={ask.mutate} />
      {asked && <Made key={asked.id} formId={form.id} asked={asked} />}
    </div>
  );
}

interface WishesProps {
  form: InspectionDetail;
  isAsking: boolean;
  onAsk: (body: PaperRequest) => void;
}

function Wishes({ form, isAsking, onAsk }: WishesProps) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const seesPictures = useMay()("see_pictures");
  const count = form.items.reduce((sum, item) => sum + item.photographs.length, 0);
  return (
    <Form<PaperRequest>
      layout="vertical"
      requiredMark={false}
      initialValues={{ language, with_photographs: seesPictures && count > 0 }}
      onFinish={onAsk}
    >
      <Form.Item name="language" label={t("inspection.paper.language")}>
        <Segmented
          options={[
            { value: "zh", label: "中文" },
            { value: "en", label: "English" },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="with_photographs"
        valuePropName="checked"
        hidden={count === 0 || !seesPictures}
      >
        <Checkbox data-testid="paper-photographs">
          {t("inspection.paper.photographs", { count })}
        </Checkbox>
      </Form.Item>
      {count === 0 && <p className={styles.muted}>{t("inspection.paper.photographsNone")}</p>}
      {count > 0 && !seesPictures && (
        <p className={styles.muted}>{t("inspection.paper.photographsClosed")}</p>
      )}
      <Button type="primary" htmlType="submit" loading={isAsking} data-testid="paper-make">
        {t("inspection.paper.make")}
      </Button>
    </Form>
  );
}

/** How far it is, then the file; or why there is none. */
function Made({ formId, asked }: { formId: number; asked: ReportView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const query = useQuery({
    queryKey: keys.inspectionPaper(formId, asked.id),
    queryFn: () => api.paper(formId, asked.id),
    initialData: asked,
    refetchInterval: ({ state }) =>
      state.data?.state === "waiting" || state.data?.state === "running" ? READ_AGAIN_MS : false,
  });
  const { state, error, progress, code, sha256 } = query.data;
  if (error) {
    const why = isTerm("problem", error) ? term("problem", error) : t("error.withCode", { code: error });
    return <Alert type="error" showIcon title={t("inspection.paper.failed", { why })} />;
  }
  if (state !== "ready") {
    return (
      <div role="status">
        {term("report_state", state)}
        <Progress
          percent={Math.round(progress * 100)}
          aria-label={t("inspection.paper.making")}
          data-testid="paper-progress"
        />
      </div>
    );
  }
  return (
    <div className={styles.made} data-testid="paper-ready">
      <Button
        type="primary"
        icon={<DownloadOutlined />}
        href={paperFile(formId, asked.id)}
        download
        data-testid="paper-file"
      >
        {t("inspection.paper.take")}
      </Button>
      <p className={styles.muted}>{t("inspection.paper.verify", { code })}</p>
      {sha256 && (
        <p className={styles.muted}>
          {t("reports.sha256")} <Hash value={sha256} />
        </p>
      )}
    </div>
  );
}
