import { DownloadOutlined, EyeOutlined, FileDoneOutlined, LockOutlined, PlusOutlined, PrinterOutlined, TeamOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useExamTable } from "../exam/useExamTable";
import { api } from "../http/api";
import { examTableFile, examWorkbook } from "../http/files";
import { keys } from "../http/keys";
import type { ExamImportReport } from "../http/types";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect } from "../ui/FilterSelect";
import { ListBar } from "../ui/ListBar";
import { usePreferences } from "../ui/preferences";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import { ExamDemands } from "./ExamDemands";
import { ExamSentence } from "./ExamSentence";
import styles from "./exams.module.css";
import { KeepingDrawer } from "./KeepingDrawer";
import { NewExam } from "./NewExam";
import { RosterForm } from "./RosterForm";
import { SittingDrawer } from "./SittingDrawer";
import { SittingTable } from "./SittingTable";
import { useExam } from "./useExams";

/** One exam day on one table: a row for each room of a session. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  const { language } = usePreferences();
  usePageTitle(t("exam.title"));
  const [making, setMaking] = useState(false);
  const [told, setTold] = useState<ExamImportReport | null>(null);
  const [examId, setExam] = useUrlFilter("exam");
  const [sessionId, setSession] = useUrlFilter("session");
  const exams = useQuery({ queryKey: keys.exams, queryFn: api.exams });
  const chosen = exams.data?.items.find(({ id }) => String(id) === examId) ?? exams.data?.items[0];
  const exam = useExam(chosen?.id);
  const sessions = exam.data?.sessions ?? [];
  const session = sessions.find(({ id }) => String(id) === sessionId) ?? sessions[0];
  const table = useExamTable(chosen?.id, session?.id);
  const [openId, setOpen] = useUrlFilter("room");
  const open = table.data?.items.find(({ id }) => String(id) === openId);
  const [rostering, setRostering] = useState(false);
  const [keeping, setKeeping] = useState(false);
  const take = useChange((file: File) => api.importExam(chosen?.id ?? 0, file), {
    invalidates: [keys.exams],
    onDone: setTold,
  });
  if (exams.isError && !exams.data) {
    return <ErrorPanel query={exams} stillWorks={t("error.stillWorksCameras")} />;
  }
  return (
    <div data-testid="exams-page">
      <ListBar
        title={t("exam.title")}
        query={session ? table : exams}
        actions={
          <>
            {session && may("watch_live") && (
              <Link to={`/exams/patrol?exam=${chosen?.id}&session=${session.id}`} data-testid="exam-patrol">
                <Button size="small" icon={<EyeOutlined />} tabIndex={-1}>
                  {t("patrol.title")}
                </Button>
              </Link>
            )}
            {session && may("export") && (
              <Button
                size="small"
                icon={<DownloadOutlined />}
                href={examTableFile(chosen?.id ?? 0, session.id, language, "xlsx")}
                download
                data-testid="exam-export"
              >
                {t("exam.export")}
              </Button>
            )}
            {session && (
              <Button size="small" icon={<PrinterOutlined />} onClick={() => window.print()} data-testid="exam-print">
                {t("exam.print")}
              </Button>
            )}
            {chosen && may("export") && (
              <Button
                size="small"
                icon={<DownloadOutlined />}
                href={examWorkbook(chosen.id, language)}
                download
                data-testid="exam-workbook"
              >
                {t("exam.workbook")}
              </Button>
            )}
            {chosen && may("manage_exams") && (
              <Upload
                accept=".xlsx"
                maxCount={1}
                showUploadList={false}
                beforeUpload={(file) => {
                  setTold(null);
                  take.mutate(file);
                  return false;
                }}
              >
                <Button size="small" icon={<UploadOutlined />} loading={take.isPending} data-testid="exam-import">
                  {t("exam.import")}
                </Button>
              </Upload>
            )}
            {table.data && (
              <Button size="small" icon={<LockOutlined />} onClick={() => setKeeping(true)} data-testid="exam-keeping">
                {t("exam.keeping")}
              </Button>
            )}
            {table.data && may("manage_exams") && (
              <Button size="small" icon={<TeamOutlined />} onClick={() => setRostering(true)} data-testid="exam-roster">
                {t("exam.rosterEdit")}
              </Button>
            )}
            {may("manage_exams") && (
              <Button size="small" icon={<PlusOutlined />} onClick={() => setMaking(true)} data-testid="exam-new">
                {t("exam.new")}
              </Button>
            )}
          </>
        }
      >
        {chosen && (
          <FilterSelect<string>
            allowClear={false}
            popupMatchSelectWidth={false}
            style={{ minWidth: 160 }}
            aria-label={t("exam.exam")}
            value={String(chosen.id)}
            onChange={(value: string | undefined) => {
              setTold(null);
              setSession(null);
              setExam(value ?? null);
            }}
            options={exams.data?.items.map(({ id, name }) => ({ value: String(id), label: name })) ?? []}
            data-testid="exam-select"
          />
        )}
        {session && (
          <FilterSelect<string>
            allowClear={false}
            popupMatchSelectWidth={false}
            style={{ minWidth: 120 }}
            aria-label={t("exam.session")}
            value={String(session.id)}
            onChange={(value: string | undefined) => setSession(value ?? null)}
            options={sessions.map(({ id, name }) => ({ value: String(id), label: name }))}
            data-testid="exam-session"
          />
        )}
      </ListBar>
      <div className={styles.page}>
        {told && (
          <Alert type="success" showIcon closable title={t("exam.imported", { ...told })} data-testid="exam-imported" />
        )}
        {exams.data && !chosen && (
          <StatePanel
            testId="exams-empty"
            icon={<FileDoneOutlined />}
            title={t("exam.none")}
            text={t("exam.noneText")}
          />
        )}
        {chosen && exam.data && !session && (
          <StatePanel
            testId="exam-without-sessions"
            icon={<FileDoneOutlined />}
            title={t("exam.noSessions")}
            text={t("exam.noSessionsText")}
          />
        )}
        {session && table.isError && !table.data && (
          <ErrorPanel query={table} stillWorks={t("error.stillWorksCameras")} />
        )}
        {session && !(table.isError && !table.data) && (
          <>
            {table.data && <ExamSentence table={table.data} />}
            <SittingTable
              rows={table.data?.items ?? []}
              loading={table.isPending}
              onOpen={(id) => setOpen(String(id))}
            />
          </>
        )}
        {exam.data?.profile && <ExamDemands profile={exam.data.profile} />}
      </div>
      {table.data && open && <SittingDrawer table={table.data} row={open} onClose={() => setOpen(null)} />}
      {table.data && rostering && <RosterForm table={table.data} onClose={() => setRostering(false)} />}
      {table.data && keeping && <KeepingDrawer table={table.data} onClose={() => setKeeping(false)} />}
      {making && (
        <NewExam
          onClose={(made) => {
            setMaking(false);
            if (made) setExam(String(made));
          }}
        />
      )}
    </div>
  );
}
