import { InboxOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { CellError, ImportReport, RowChange } from "../http/types";
import { type TermFamily, useTerm } from "../i18n/terms";
import { ChangeList } from "../ui/ChangeList";
import { useProblemText } from "../ui/problemText";
import { WideTable } from "../ui/WideTable";
import styles from "./organisation.module.css";

const COLUMNS: Record<RowChange["sheet"], TermFamily> = {
  communities: "community_column",
  schools: "school_column",
  places: "place_column",
  cameras: "camera_column",
};

/** A workbook is looked at first; taking it in is a second step, all of it or nothing. */
export function WorkbookDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problemText = useProblemText();
  const [file, setFile] = useState<File | null>(null);
  const preview = useMutation({ mutationFn: (chosen: File) => api.sendWorkbook("preview", chosen) });
  const take = useMutation({
    mutationFn: (chosen: File) => api.sendWorkbook("import", chosen),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.organisation }),
  });
  const report = take.data ?? preview.data;
  const failure = take.error ?? preview.error;
  const isChange = report && report.created + report.changed > 0;
  const choose = (chosen: File) => {
    setFile(chosen);
    take.reset();
    preview.mutate(chosen);
  };
  const close = () => {
    setFile(null);
    preview.reset();
    take.reset();
    onClose();
  };
  const canTake = file && isChange && report.error_count === 0 && !report.is_applied;
  return (
    <Modal
      open={open}
      title={t("workbook.title")}
      onCancel={close}
      width={860}
      destroyOnHidden
      footer={[
        <Button key="close" onClick={close} data-testid="workbook-close">
          {t(report?.is_applied ? "action.done" : "action.cancel")}
        </Button>,
        canTake && (
          <Button
            key="take"
            type="primary"
            loading={take.isPending}
            onClick={() => take.mutate(file)}
            data-testid="workbook-take"
          >
            {t("workbook.take", { count: report.created + report.changed })}
          </Button>
        ),
      ]}
    >
      <Upload.Dragger
        accept=".xlsx"
        maxCount={1}
        showUploadList={false}
        beforeUpload={(chosen) => {
          choose(chosen);
          return false;
        }}
        disabled={preview.isPending || take.isPending}
        className={styles.drop ?? ""}
      >
        <p>
          <InboxOutlined aria-hidden="true" /> {file ? file.name : t("workbook.choose")}
        </p>
        <p className={styles.muted}>{t("workbook.rule")}</p>
      </Upload.Dragger>
      {preview.isPending && <p aria-live="polite">{t("workbook.reading")}</p>}
      {failure !== null && (
        <Alert
          type="error"
          showIcon
          title={problemText(failure)}
          data-testid="workbook-problem"
          className={styles.above ?? ""}
        />
      )}
      {report && failure === null && <Verdict report={report} />}
      {report && failure === null && report.error_count > 0 && <Errors report={report} />}
      {report && report.error_count === 0 && isChange && <Changes report={report} />}
    </Modal>
  );
}

function Verdict({ report }: { report: ImportReport }) {
  const { t } = useTranslation();
  const { created, changed, unchanged, error_count: count } = report;
  const sums = t("workbook.sums", { created, changed, unchanged });
  const [type, title] =
    count > 0
      ? (["error", t("workbook.errors", { count })] as const)
      : report.is_applied
        ? (["success", t("workbook.taken")] as const)
        : created + changed === 0
          ? (["info", t("workbook.nothing")] as const)
          : (["info", t("workbook.wouldChange")] as const);
  return (
    <Alert
      type={type}
      showIcon
      title={title}
      description={sums}
      className={styles.above ?? ""}
      data-testid="workbook-verdict"
      data-errors={count}
      data-applied={report.is_applied}
    />
  );
}

function Errors({ report }: { report: ImportReport }) {
  const { t, i18n } = useTranslation();
  const term = useTerm();
  return (
    <WideTable<CellError>
      rowKey={({ sheet, row, column, code }) => `${sheet}!${column}${row} ${code}`}
      size="small"
      dataSource={report.errors}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      onRow={({ row, column, code }) =>
        ({
          "data-testid": "workbook-error",
          "data-cell": `${column}${row}`,
          "data-code": code,
        }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        { title: t("workbook.sheet"), dataIndex: "sheet" },
        {
          title: t("workbook.cell"),
          key: "cell",
          render: (_, { column, row }) => (row === 0 ? "" : `${column}${row}`),
        },
        {
          title: t("workbook.column"),
          key: "column",
          render: (_, error) => (i18n.language === "en" ? error.title_en : error.title),
        },
        {
          title: t("workbook.what"),
          dataIndex: "code",
          render: (code: string) => term("workbook_error", code),
        },
        { title: t("workbook.value"), dataIndex: "value", className: styles.value ?? "" },
      ]}
    />
  );
}

function Changes({ report }: { report: ImportReport }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <WideTable<RowChange>
      rowKey={({ sheet, row }) => `${sheet} ${row}`}
      size="small"
      dataSource={report.changes}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      onRow={({ action }) =>
        ({ "data-testid": "workbook-change", "data-action": action }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        {
          title: t("workbook.sheet"),
          key: "sheet",
          render: (_, { sheet }) => term("workbook_sheet", sheet),
        },
        { title: t("workbook.row"), dataIndex: "row", align: "right" },
        { title: t("workbook.subject"), dataIndex: "subject" },
        {
          title: t("workbook.action"),
          dataIndex: "action",
          render: (action: RowChange["action"]) => t(`workbook.actions.${action}`),
        },
        {
          title: t("changes.title"),
          key: "fields",
          render: (_, { fields, sheet }) => <ChangeList changes={fields} columns={COLUMNS[sheet]} />,
        },
      ]}
    />
  );
}
