import { CheckCircleFilled, SafetyCertificateOutlined, UploadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Input, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { toProblem } from "../http/problem";
import type { ReportView } from "../http/types";
import { Exact } from "../time/TimeText";
import { Hash } from "../ui/Hash";
import { useProblemText } from "../ui/problemText";
import { StateMark } from "../ui/StateMark";
import { hashOf, MOST_BYTES } from "./reports";
import styles from "./reports.module.css";
import { What } from "./ReportTable";

type Asked = { code: string } | { file: File };

class NoHash extends Error {}

async function verify(asked: Asked): Promise<ReportView> {
  if ("code" in asked) return api.verifyReport({ code: asked.code });
  const sha256 = asked.file.size > MOST_BYTES ? null : await hashOf(asked.file);
  if (sha256 === null) throw new NoHash();
  return api.verifyReport({ sha256 });
}

/** Which report a code belongs to, and whether a file is what was made, to the last bit. */
export function Verify() {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const [code, setCode] = useState("");
  const check = useMutation({ mutationFn: verify });
  const isFile = check.variables !== undefined && "file" in check.variables;
  return (
    <section className={styles.verify} data-testid="report-verify">
      <h2 className={styles.heading}>
        <SafetyCertificateOutlined aria-hidden="true" /> {t("reports.verify")}
      </h2>
      <p className={styles.muted}>{t("reports.verifyWhat")}</p>
      <div className={styles.ways}>
        <Input.Search
          value={code}
          onChange={({ target }) => setCode(target.value)}
          onSearch={(typed) => typed.trim() && check.mutate({ code: typed.trim() })}
          enterButton={t("reports.check")}
          placeholder="7K3M-Q2XA-9TZC"
          aria-label={t("reports.code")}
          maxLength={64}
          data-testid="verify-code"
        />
        <Upload
          accept=".pdf,.xlsx"
          showUploadList={false}
          beforeUpload={(file) => {
            check.mutate({ file });
            return false;
          }}
        >
          <Button icon={<UploadOutlined />}>{t("reports.chooseFile")}</Button>
        </Upload>
      </div>
      {check.isError && (
        <Alert
          type="error"
          showIcon
          title={failureText(check.error, isFile)}
          data-testid="verify-failed"
        />
      )}
      {check.data && <Found report={check.data} isFile={isFile} />}
    </section>
  );
}

function useFailureText(): (error: Error, isFile: boolean) => string {
  const { t } = useTranslation();
  const problemText = useProblemText();
  return (error, isFile) => {
    if (error instanceof NoHash) return t("reports.noHash");
    if (toProblem(error, undefined).code !== "not_found") return problemText(error);
    return isFile ? t("reports.unknownFile") : t("reports.unknownCode");
  };
}

function Found({ report, isFile }: { report: ReportView; isFile: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={styles.found} role="status" data-testid="verify-found">
      <StateMark
        tone="ok"
        icon={CheckCircleFilled}
        word={isFile ? t("reports.unchanged") : t("reports.known")}
        testId="verify-outcome"
      />
      <dl className={styles.facts}>
        <dt>{t("reports.report")}</dt>
        <dd>
          <What report={report} />
        </dd>
        <dt>{t("reports.asOf")}</dt>
        <dd>{report.as_of ? <Exact moment={report.as_of} /> : t("reports.notMade")}</dd>
        <dt>{t("reports.made")}</dt>
        <dd>
          {report.made_at && <Exact moment={report.made_at} />} {report.asked_by}
        </dd>
        {report.sha256 && (
          <>
            <dt>{t("reports.sha256")}</dt>
            <dd>
              <Hash value={report.sha256} />
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}
